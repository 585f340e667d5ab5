with hours as (
    select * from {{ ref('fct_equipment_hour') }}
),

signal_hours as (
    select * from {{ ref('fct_signal_hour') }}
    where equipment_id is not null
),

failures as (
    select * from {{ ref('fct_failure') }}
),

-- What is known of an equipment ends with its last state; without states, with the last hour with a reading.
state_ends as (
    select
        equipment_id,
        max(ended_at) as known_until
    from {{ ref('fct_state_interval') }}
    group by equipment_id
),

signal_ends as (
    select
        equipment_id,
        max(case when reading_count > 0 then hour_at end) as known_until
    from signal_hours
    group by equipment_id
),

all_hours as (
    select
        equipment_id,
        site_code,
        hour_at
    from hours
    union distinct
    select
        equipment_id,
        site_code,
        hour_at
    from signal_hours
),

grid as (
    select
        all_hours.equipment_id,
        all_hours.site_code,
        all_hours.hour_at,
        all_hours.hour_at + interval 1 hour as feature_at,
        coalesce(state_ends.known_until, signal_ends.known_until) as known_until
    from all_hours
    left join state_ends on all_hours.equipment_id = state_ends.equipment_id
    left join signal_ends on all_hours.equipment_id = signal_ends.equipment_id
),

observed as (
    select * from grid
    where feature_at <= known_until
),

-- Failures and hours in the order of time: what begins at feature_at lies not ahead of it.
timeline as (
    select
        equipment_id,
        feature_at as instant_at,
        1 as sequence,
        {{ no_instant() }} as failed_at,
        {{ no_instant() }} as failed_until
    from observed
    union all
    select
        equipment_id,
        started_at as instant_at,
        0 as sequence,
        started_at as failed_at,
        coalesce(ended_at, {{ utc_literal('9999-12-31 00:00:00') }}) as failed_until
    from failures
),

around as (
    select
        equipment_id,
        instant_at,
        sequence,
        max(failed_until) over by_time as failed_until,
        min(failed_at) over (
            partition by equipment_id
            order by instant_at, sequence rows between current row and unbounded following
        ) as next_failure_at
    from timeline
    window by_time as (
        partition by equipment_id
        order by instant_at, sequence rows between unbounded preceding and current row
    )
)

select
    observed.equipment_id,
    observed.site_code,
    observed.hour_at,
    observed.feature_at,
    coalesce(around.failed_until > observed.feature_at, false) as is_down,
    {{ failure_labels() }}
from observed
inner join around
    on
        observed.equipment_id = around.equipment_id
        and observed.feature_at = around.instant_at
        and around.sequence = 1

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

around as (
    select
        observed.equipment_id,
        observed.site_code,
        observed.hour_at,
        observed.feature_at,
        observed.known_until,
        min(case when failures.started_at > observed.feature_at then failures.started_at end)
            as next_failure_at,
        coalesce(max(
            failures.started_at <= observed.feature_at
            and (failures.ended_at is null or failures.ended_at > observed.feature_at)
        ), false) as is_down
    from observed
    left join failures on observed.equipment_id = failures.equipment_id
    group by
        observed.equipment_id, observed.site_code, observed.hour_at, observed.feature_at, observed.known_until
)

select
    equipment_id,
    site_code,
    hour_at,
    feature_at,
    is_down,
    {{ failure_labels() }}
from around

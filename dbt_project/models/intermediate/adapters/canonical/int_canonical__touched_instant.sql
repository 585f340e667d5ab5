with state_versions as (
    select * from {{ ref('stg_canonical__machine_state__history') }}
),

states as (
    select * from {{ ref('stg_canonical__machine_state') }}
),

reasons as (
    select * from {{ ref('stg_canonical__downtime_reason') }}
),

counters as (
    select * from {{ ref('stg_canonical__counter') }}
),

named as (
    -- an event that was moved or deleted touches its old place as well, as of the delivery that did so
    select
        state_versions.site_code,
        state_versions.equipment_code,
        state_versions.changed_at as touched_at,
        state_versions.ended_at as touched_until,
        greatest(state_versions._ingested_at, states._ingested_at) as _ingested_at
    from state_versions
    inner join states
        on state_versions.site_code = states.site_code and state_versions.event_no = states.event_no
    union all
    select
        states.site_code,
        states.equipment_code,
        states.changed_at as touched_at,
        states.ended_at as touched_until,
        reasons._ingested_at
    from reasons
    inner join states on reasons.site_code = states.site_code and reasons.event_no = states.event_no
    union all
    select
        site_code,
        equipment_code,
        counted_at as touched_at,
        {{ no_instant() }} as touched_until,
        _ingested_at
    from counters
)

select
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    touched_at,
    touched_until,
    _ingested_at as _source_ingested_at
from named

with events as (
    select * from {{ ref('int_production__machine_state') }}
),

slots as (
    select * from {{ ref('int_production__equipment_slot') }}
),

state_map as (
    select * from {{ ref('stg_plant__state_map') }}
),

reasons as (
    select * from {{ ref('int_production__downtime_reason') }}
),

horizons as (
    select * from {{ ref('int_production__horizon') }}
),

boundaries as (
    -- of several events at one instant the last holds: the others have no length
    select
        equipment_id,
        changed_at as started_at,
        max(state_event_id) as state_event_id,
        null as shift_id,
        max(_source_ingested_at) as _source_ingested_at
    from events
    group by 1, 2
    union all
    select
        slots.equipment_id,
        greatest(slots.started_at, horizons.first_at) as started_at,
        null as state_event_id,
        slots.shift_id,
        slots._source_ingested_at
    from slots
    inner join horizons on slots.equipment_id = horizons.equipment_id
    where slots.ended_at > horizons.first_at and slots.started_at < horizons.last_at
    union all
    select
        equipment_id,
        last_at as started_at,
        null as state_event_id,
        null as shift_id,
        null as _source_ingested_at
    from horizons
),

instants as (
    select
        equipment_id,
        started_at,
        max(state_event_id) as state_event_id,
        max(shift_id) as shift_id,
        max(_source_ingested_at) as _source_ingested_at
    from boundaries
    group by 1, 2
),

pieces as (
    select
        equipment_id,
        {{ last_known('state_event_id', 'equipment_id', 'started_at') }} as state_event_id,
        {{ last_known('shift_id', 'equipment_id', 'started_at') }} as shift_id,
        started_at,
        lead(started_at) over (partition by equipment_id order by started_at) as ended_at,
        greatest(
            _source_ingested_at,
            lead(_source_ingested_at) over (partition by equipment_id order by started_at)
        ) as _source_ingested_at
    from instants
),

described as (
    select
        pieces.equipment_id,
        events.site_code,
        slots.production_day,
        slots.shift_id,
        slots.shift_code,
        pieces.started_at,
        pieces.ended_at,
        {{ seconds_between('pieces.started_at', 'pieces.ended_at') }} as duration_s,
        pieces.state_event_id,
        events.state,
        coalesce(lag(events.state) over by_time <> events.state, true) as is_state_start,
        coalesce(state_map.time_element, 'no_data') as time_element,
        coalesce(state_map.is_corrective_maintenance, false) as is_corrective_maintenance,
        coalesce(state_map.is_preventive_maintenance, false) as is_preventive_maintenance,
        coalesce(reasons.reason_id, {{ site_id('events.site_code', 'state_map.reason_code') }}) as reason_id,
        events.order_id,
        events.order_id || '-' || events.operation_no as operation_id,
        events.material_id,
        greatest(
            pieces._source_ingested_at,
            reasons._source_ingested_at,
            state_map._ingested_at,
            slots._source_ingested_at
        ) as _source_ingested_at
    from pieces
    inner join events on pieces.state_event_id = events.state_event_id
    inner join slots on pieces.equipment_id = slots.equipment_id and pieces.shift_id = slots.shift_id
    left join state_map on events.source_system = state_map.source_system and events.state = state_map.state
    left join reasons on pieces.state_event_id = reasons.state_event_id
    where pieces.ended_at is not null
    window by_time as (partition by pieces.equipment_id order by pieces.started_at)
)

select * from described

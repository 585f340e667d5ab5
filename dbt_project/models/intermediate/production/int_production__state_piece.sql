{{ config(materialized='table') }}

with stretches as (
    select * from {{ ref('int_production__stretch') }}
),

events as {{ once() }} (
    {{ since_stretch(ref('int_production__machine_state'), 'changed_at') }}
),

slices as (
    {{ within_stretch(ref('int_production__state_slice')) }}
),

slots as (
    {{ within_stretch(ref('int_production__equipment_slot')) }}
),

boundaries as (
    -- '' is no state: it ends the state before it
    select
        equipment_id,
        from_at as started_at,
        '' as state_event_id,
        null as shift_id
    from stretches
    union all
    select
        slices.equipment_id,
        greatest(slices.started_at, stretches.from_at) as started_at,
        coalesce(slices.state_event_id, '') as state_event_id,
        null as shift_id
    from slices
    inner join stretches on slices.equipment_id = stretches.equipment_id
    union all
    select
        slots.equipment_id,
        greatest(slots.started_at, stretches.from_at) as started_at,
        null as state_event_id,
        slots.shift_id
    from slots
    inner join stretches on slots.equipment_id = stretches.equipment_id
    union all
    select
        equipment_id,
        until_at as started_at,
        null as state_event_id,
        null as shift_id
    from stretches
),

instants as (
    select
        equipment_id,
        started_at,
        max(state_event_id) as state_event_id,
        max(shift_id) as shift_id
    from boundaries
    group by 1, 2
),

arrivals as (
    select
        equipment_id,
        changed_at,
        max(_source_ingested_at) as arrived_at
    from events
    group by 1, 2
),

pieces as (
    select
        instants.equipment_id,
        instants.started_at,
        lead(instants.started_at) over following as ended_at,
        nullif({{ last_known(
            'instants.state_event_id', 'instants.equipment_id', 'instants.started_at'
        ) }}, '') as state_event_id,
        {{ last_known('instants.shift_id', 'instants.equipment_id', 'instants.started_at') }} as shift_id,
        greatest(arrivals.arrived_at, lead(arrivals.arrived_at) over following) as arrived_at
    from instants
    left join arrivals
        on instants.equipment_id = arrivals.equipment_id and instants.started_at = arrivals.changed_at
    window following as (partition by instants.equipment_id order by instants.started_at)
),

known as (
    select
        pieces.equipment_id,
        pieces.started_at,
        pieces.ended_at,
        pieces.state_event_id,
        pieces.shift_id,
        events.source_system,
        events.state,
        events.mode,
        coalesce(events.reports_orders, true) as has_own_order,
        events.order_id,
        events.operation_no,
        events.material_id,
        greatest(events._source_ingested_at, pieces.arrived_at) as _source_ingested_at
    from pieces
    left join events
        on pieces.state_event_id = events.state_event_id
    where pieces.ended_at is not null
)

select * from known

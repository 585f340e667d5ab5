with pieces as (
    select * from {{ ref('int_production__ordered_piece') }}
),

slots as (
    select * from {{ ref('int_production__equipment_slot') }}
),

state_map as (
    select * from {{ ref('int_production__state_map') }}
),

reasons as (
    select * from {{ ref('int_production__downtime_reason') }}
),

placed as {{ once() }} (
    select
        pieces.*,
        slots.site_code,
        slots.production_day,
        slots.shift_code,
        -- without a shift calendar nothing is known to be unplanned
        slots.is_working or slots.calendar_code = 'NONE' as is_planned,
        slots._source_ingested_at as slot_ingested_at
    from pieces
    inner join slots on pieces.equipment_id = slots.equipment_id and pieces.shift_id = slots.shift_id
),

contexts as (
    select distinct
        source_system,
        state,
        coalesce(mode, '') as mode,
        order_id is not null as has_order,
        is_planned
    from placed
    where state is not null
),

fitting as (
    select
        contexts.*,
        state_map.reason_code,
        state_map.time_element,
        state_map.is_corrective_maintenance,
        state_map.is_preventive_maintenance,
        state_map._source_ingested_at,
        row_number() over (
            partition by
                contexts.source_system, contexts.state, contexts.mode, contexts.has_order, contexts.is_planned
            order by state_map.exactness desc
        ) as fit_no
    from contexts
    inner join state_map
        on
            contexts.source_system = state_map.source_system
            and contexts.state = state_map.state
            and state_map.mode in ('*', contexts.mode)
            and state_map.order_registered in ('*', case when contexts.has_order then 'true' else 'false' end)
            and state_map.planned in ('*', case when contexts.is_planned then 'true' else 'false' end)
),

mapped as (
    select
        placed.equipment_id,
        placed.site_code,
        placed.production_day,
        placed.shift_id,
        placed.shift_code,
        placed.is_planned,
        placed.started_at,
        placed.ended_at,
        placed.state_event_id,
        placed.state,
        placed.mode,
        case
            when fitting.time_element is not null then 'state'
            when placed.window_id is not null then 'counter'
            when not placed.is_planned and placed.state is null then 'calendar'
            else 'none'
        end as evidence,
        coalesce(
            fitting.time_element,
            case
                when placed.window_id is not null then 'apt'
                when not placed.is_planned and placed.state is null then 'not_scheduled'
            end,
            'no_data'
        ) as time_element,
        coalesce(fitting.is_corrective_maintenance, false) as is_corrective_maintenance,
        coalesce(fitting.is_preventive_maintenance, false) as is_preventive_maintenance,
        reasons.reason_id as given_reason_id,
        {{ site_id('placed.site_code', 'fitting.reason_code') }} as map_reason_id,
        placed.order_id,
        placed.operation_id,
        placed.material_id,
        greatest(
            placed._source_ingested_at,
            placed.slot_ingested_at,
            reasons._source_ingested_at,
            fitting._source_ingested_at
        ) as _source_ingested_at
    from placed
    left join fitting
        on
            placed.source_system = fitting.source_system
            and placed.state = fitting.state
            and coalesce(placed.mode, '') = fitting.mode
            and (placed.order_id is not null) = fitting.has_order
            and placed.is_planned = fitting.is_planned
            and fitting.fit_no = 1
    left join reasons on placed.state_event_id = reasons.state_event_id
)

select * from mapped

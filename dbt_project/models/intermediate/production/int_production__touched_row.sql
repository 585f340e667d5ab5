with delivered as (
    select * from {{ ref('int_production__touched_instant') }}
),

states as (
    select * from {{ ref('int_production__machine_state') }}
),

counters as (
    select * from {{ ref('int_production__counter') }}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

order_spans as (
    select * from {{ ref('int_production__order_span') }}
),

orderless_equipment as (
    select distinct equipment_id from states
    where not reports_orders
),

touched as (
    select
        equipment_id,
        touched_at,
        touched_until,
        _source_ingested_at
    from delivered
    union all
    -- a new planned run time changes what was made with it, and what could have been
    select
        counters.equipment_id,
        counters.counted_at as touched_at,
        {{ no_instant() }} as touched_until,
        operations._source_ingested_at
    from counters
    inner join operations on counters.order_id || '-' || counters.operation_no = operations.operation_id
    union all
    select
        states.equipment_id,
        states.changed_at as touched_at,
        {{ no_instant() }} as touched_until,
        operations._source_ingested_at
    from states
    inner join operations on states.order_id || '-' || states.operation_no = operations.operation_id
    union all
    -- an operation's times name the order where the states do not
    select
        order_spans.equipment_id,
        order_spans.started_at as touched_at,
        order_spans.ended_at as touched_until,
        order_spans._source_ingested_at
    from order_spans
    inner join orderless_equipment on order_spans.equipment_id = orderless_equipment.equipment_id
)

select * from touched

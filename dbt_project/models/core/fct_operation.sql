with operations as (
    select * from {{ ref('int_production__operation') }}
),

orders as (
    select * from {{ ref('int_production__production_order') }}
),

confirmed as (
    select
        operation_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        sum(yield_qty) as yield_qty,
        sum(scrap_qty) as scrap_qty,
        sum(rework_qty) as rework_qty,
        {{ rounded_hours('sum(setup_s + run_s)') }} as resource_h,
        max(_source_ingested_at) as _source_ingested_at
    from {{ ref('fct_confirmation') }}
    group by 1
),

described as (
    select
        operations.operation_id,
        operations.site_code,
        {{ surrogate_key(['operations.order_id']) }} as order_key,
        operations.order_id,
        operations.operation_no,
        operations.operation_name,
        {{ surrogate_key(['orders.material_id']) }} as material_key,
        orders.material_id,
        operations.work_centre_id,
        operations.work_centre_name,
        operations.planned_qty,
        cast(confirmed.yield_qty as decimal(18, 4)) as yield_qty,
        cast(confirmed.scrap_qty as decimal(18, 4)) as scrap_qty,
        cast(confirmed.rework_qty as decimal(18, 4)) as rework_qty,
        operations.pri_s,
        operations.planned_setup_s,
        operations.planned_cost,
        operations.actual_cost,
        cast(coalesce(operations.actual_resource_h, confirmed.resource_h) as decimal(18, 4))
            as actual_resource_h,
        operations.scheduled_started_at,
        operations.scheduled_ended_at,
        coalesce(operations.actual_started_at, confirmed.started_at) as actual_started_at,
        coalesce(operations.actual_ended_at, confirmed.ended_at) as actual_ended_at,
        coalesce(operations.actual_ended_at, confirmed.ended_at) > operations.scheduled_ended_at as is_late,
        greatest(operations._source_ingested_at, confirmed._source_ingested_at) as _source_ingested_at
    from operations
    left join orders on operations.order_id = orders.order_id
    left join confirmed on operations.operation_id = confirmed.operation_id
)

select * from described

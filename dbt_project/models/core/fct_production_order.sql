with orders as (
    select * from {{ ref('int_production__production_order') }}
),

operations as (
    select
        order_id,
        count(*) as operation_count,
        sum(planned_cost) as planned_cost,
        sum(actual_cost) as actual_cost,
        sum(actual_resource_h) as actual_resource_h
    from {{ ref('fct_operation') }}
    group by 1
),

described as (
    select
        {{ surrogate_key(['orders.order_id']) }} as order_key,
        orders.order_id,
        orders.site_code,
        {{ surrogate_key(['orders.material_id']) }} as material_key,
        orders.material_id,
        orders.quantity_unit,
        orders.ordered_qty,
        orders.received_qty,
        orders.scrapped_qty,
        {{ surrogate_key(['orders.scrap_reason_id']) }} as scrap_reason_key,
        orders.scrap_reason_id,
        orders.planned_start_date,
        orders.due_date,
        orders.actual_start_date,
        orders.actual_end_date,
        orders.actual_end_date is not null as is_finished,
        {{ days_between('orders.due_date', 'orders.actual_end_date') }} as late_days,
        orders.actual_end_date > orders.due_date as is_late,
        coalesce(operations.operation_count, 0) as operation_count,
        cast(operations.planned_cost as decimal(18, 4)) as planned_cost,
        cast(operations.actual_cost as decimal(18, 4)) as actual_cost,
        cast(operations.actual_resource_h as decimal(18, 4)) as actual_resource_h,
        orders._source_ingested_at
    from orders
    left join operations on orders.order_id = operations.order_id
)

select * from described

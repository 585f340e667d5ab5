with orders as (
    select * from {{ ref('int_production__production_order') }}
),

received as (
    select
        order_id,
        material_id,
        batch_no
    from {{ ref('int_stock__stock_movement') }}
    where moved_qty > 0
    union
    select
        order_id,
        material_id,
        batch_no
    from {{ ref('int_quality__inspection_lot') }}
),

batches as (
    -- only an order that made one batch names the batch
    select
        orders.order_id,
        min(received.batch_no) as batch_no
    from orders
    inner join received
        on orders.order_id = received.order_id and orders.material_id = received.material_id
    group by 1
    having count(distinct received.batch_no) = 1
),

described as (
    select
        {{ surrogate_key(['orders.order_id']) }} as order_key,
        orders.order_id,
        orders.site_code,
        orders.order_no,
        orders.order_type,
        {{ surrogate_key(['orders.material_id']) }} as material_key,
        orders.material_id,
        batches.batch_no,
        orders.quantity_unit,
        orders.ordered_qty,
        orders.created_date,
        orders.planned_start_date,
        orders.due_date
    from orders
    left join batches on orders.order_id = batches.order_id
)

select * from described

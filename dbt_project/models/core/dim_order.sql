with orders as (
    select * from {{ ref('int_production__production_order') }}
),

described as (
    select
        {{ surrogate_key(['order_id']) }} as order_key,
        order_id,
        site_code,
        order_no,
        order_type,
        {{ surrogate_key(['material_id']) }} as material_key,
        material_id,
        quantity_unit,
        ordered_qty,
        created_date,
        planned_start_date,
        due_date
    from orders
)

select * from described

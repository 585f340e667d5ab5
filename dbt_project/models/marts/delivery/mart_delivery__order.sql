with orders as (
    select * from {{ ref('fct_production_order') }}
),

materials as (
    select * from {{ ref('dim_material') }}
),

described as (
    select
        orders.order_id,
        orders.site_code,
        orders.material_id,
        materials.material_name,
        orders.ordered_qty,
        orders.received_qty,
        orders.scrapped_qty,
        orders.quantity_unit,
        orders.actual_start_date,
        orders.actual_end_date,
        orders.due_date,
        orders.is_finished,
        orders.late_days,
        orders.is_late,
        {{ ratio('orders.received_qty', 'orders.ordered_qty') }} as quantity_adherence
    from orders
    left join materials on orders.material_id = materials.material_id
)

select * from described

with work_orders as (
    select * from {{ ref('stg_odoo__mrp_workorder') }}
),

orders as (
    select * from {{ ref('stg_odoo__mrp_production') }}
    where order_state not in ('draft', 'cancel')
),

units as (
    select * from {{ ref('int_odoo__unit_factor') }}
),

identified as (
    select
        work_orders.workorder_id,
        work_orders.operation_id as routing_operation_id,
        work_orders.workcenter_id,
        {{ site_id(source_site('odoo'), 'orders.order_no') }} as order_id,
        cast(work_orders.operation_sequence as string) as operation_no,
        work_orders.operation_name,
        units.material_id,
        units.base_unit as quantity_unit,
        {{ in_base_unit('orders.ordered_qty', 'units') }} as planned_qty,
        {{ in_base_unit('work_orders.produced_qty', 'units') }}
            as produced_qty,
        work_orders.workorder_state,
        work_orders.started_at,
        work_orders.finished_at,
        work_orders.expected_duration_min,
        work_orders.duration_min,
        work_orders.changed_at,
        greatest(work_orders._ingested_at, orders._ingested_at) as _source_ingested_at
    from work_orders
    inner join orders on work_orders.production_id = orders.production_id
    left join units on orders.product_id = units.product_id and orders.uom_id = units.uom_id
)

select * from identified

with orders as (
    select * from {{ ref('int_maintenance__order') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
)

select
    orders.maintenance_order_id,
    orders.maintenance_order_no,
    equipment.equipment_key,
    orders.equipment_id,
    orders.site_code,
    orders.notification_id,
    orders.order_type,
    orders.order_text,
    orders.is_corrective,
    orders.created_date,
    orders.started_at,
    orders.ended_at,
    {{ seconds_between('orders.started_at', 'orders.ended_at') }} as duration_s,
    orders.actual_cost,
    orders._source_ingested_at
from orders
left join equipment
    on
        orders.equipment_id = equipment.equipment_id
        and orders.created_date >= equipment.valid_from
        and orders.created_date < equipment.valid_to

-- Order category 30 is plant maintenance. The order header names no equipment: its notification does.
with orders as (
    select * from {{ ref('stg_sap_ecc__aufk') }}
    where order_category = '30' and not is_deleted
),

notifications as (
    select
        maintenance_order_id,
        min(equipment_id) as equipment_id,
        min(notification_id) as notification_id,
        max(coalesce(is_breakdown, false)) as is_breakdown,
        min(malfunction_started_at) as malfunction_started_at,
        max(malfunction_ended_at) as malfunction_ended_at,
        max(_source_ingested_at) as _source_ingested_at
    from {{ ref('int_sap_ecc__maintenance_notification') }}
    where maintenance_order_id is not null
    group by maintenance_order_id
)

select
    orders.site_code,
    {{ site_id('orders.site_code', 'orders.order_no') }} as maintenance_order_id,
    orders.order_no as maintenance_order_no,
    notifications.equipment_id,
    notifications.notification_id,
    orders.order_type,
    orders.order_text,
    coalesce(notifications.is_breakdown, false) as is_corrective,
    orders.created_date,
    notifications.malfunction_started_at as started_at,
    notifications.malfunction_ended_at as ended_at,
    greatest(orders._ingested_at, notifications._source_ingested_at) as _source_ingested_at
from orders
left join notifications
    on {{ site_id('orders.site_code', 'orders.order_no') }} = notifications.maintenance_order_id

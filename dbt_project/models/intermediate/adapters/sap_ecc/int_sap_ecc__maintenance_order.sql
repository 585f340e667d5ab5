-- Order category 30 is plant maintenance. The order header names no equipment: its notification does.
with orders as (
    select
        *,
        {{ site_id('site_code', 'order_no') }} as maintenance_order_id
    from {{ ref('stg_sap_ecc__aufk') }}
    where order_category = '30' and not is_deleted
),

notifications as (
    select * from {{ ref('int_sap_ecc__maintenance_notification') }}
),

notified as (
    select
        maintenance_order_id,
        min(equipment_id) as equipment_id,
        min(notification_id) as notification_id,
        max(is_breakdown) as is_breakdown,
        min(malfunction_started_at) as started_at,
        max(malfunction_ended_at) as ended_at,
        max(_source_ingested_at) as _source_ingested_at
    from notifications
    where maintenance_order_id is not null
    group by maintenance_order_id
),

costs as (
    select
        client,
        object_no,
        sum(amount) as actual_cost,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_sap_ecc__coep') }}
    where value_type = '04'
    group by client, object_no
),

ordered_work as (
    select
        orders.site_code,
        orders.maintenance_order_id,
        orders.order_no as maintenance_order_no,
        notified.equipment_id,
        notified.notification_id,
        orders.order_type,
        orders.order_text,
        coalesce(notified.is_breakdown, false) as is_corrective,
        orders.created_date,
        notified.started_at,
        notified.ended_at,
        cast(costs.actual_cost as decimal(18, 4)) as actual_cost,
        greatest(orders._ingested_at, notified._source_ingested_at, costs._ingested_at) as _source_ingested_at
    from orders
    left join costs on orders.client = costs.client and orders.object_no = costs.object_no
    left join notified on orders.maintenance_order_id = notified.maintenance_order_id
),

-- Plants that report work on the notification alone: one with a time of work stands for its order.
notified_work as (
    select
        {{ notified_work_columns() }}
    from notifications
    where maintenance_order_id is null and malfunction_started_at is not null
)

select * from ordered_work
union all
select * from notified_work

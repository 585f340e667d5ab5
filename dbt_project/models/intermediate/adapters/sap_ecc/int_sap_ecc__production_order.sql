with orders as (
    select * from {{ ref('stg_sap_ecc__aufk') }}
    where order_category = '10' and not is_deleted
),

headers as (
    select * from {{ ref('stg_sap_ecc__afko') }}
),

items as (
    select
        client,
        order_no,
        min(material_id) as material_id,
        sum(received_qty) as received_qty,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_sap_ecc__afpo') }}
    group by 1, 2
),

identified as (
    select
        {{ site_id('orders.site_code', 'orders.order_no') }} as order_id,
        orders.site_code,
        orders.order_no,
        orders.order_type,
        coalesce(items.material_id, headers.material_id) as material_id,
        headers.quantity_unit,
        headers.ordered_qty,
        items.received_qty,
        headers.confirmed_scrap_qty as scrapped_qty,
        null as scrap_reason_id,
        orders.created_date,
        headers.planned_start_date,
        headers.due_date,
        headers.actual_start_date,
        coalesce(headers.actual_end_date, headers.confirmed_end_date) as actual_end_date,
        greatest(orders._ingested_at, headers._ingested_at, items._ingested_at) as _source_ingested_at
    from orders
    left join headers on orders.client = headers.client and orders.order_no = headers.order_no
    left join items on orders.client = items.client and orders.order_no = items.order_no
)

select * from identified

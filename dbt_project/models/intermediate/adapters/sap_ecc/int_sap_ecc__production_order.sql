with orders as (
    select * from {{ ref('stg_sap_ecc__aufk') }}
    where order_category = '10' and not is_deleted
),

headers as (
    select * from {{ ref('stg_sap_ecc__afko') }}
),

factors as (
    select * from {{ ref('int_sap_ecc__unit_factor') }}
),

items as (
    select
        items.client,
        items.order_no,
        min(items.material_id) as material_id,
        sum({{ in_base_unit('items.received_qty', 'factors') }}) as received_qty,
        greatest(max(items._ingested_at), max(factors._ingested_at)) as _ingested_at
    from {{ ref('stg_sap_ecc__afpo') }} as items
    left join factors
        on
            items.client = factors.client
            and items.material_id = factors.material_id
            and items.quantity_unit = factors.unit
    group by 1, 2
),

identified as (
    select
        {{ site_id('orders.site_code', 'orders.order_no') }} as order_id,
        orders.site_code,
        orders.order_no,
        orders.order_type,
        coalesce(items.material_id, headers.material_id) as material_id,
        coalesce(factors.base_unit, headers.quantity_unit) as quantity_unit,
        {{ in_base_unit('headers.ordered_qty', 'factors') }} as ordered_qty,
        items.received_qty,
        {{ in_base_unit('headers.confirmed_scrap_qty', 'factors') }} as scrapped_qty,
        null as scrap_reason_id,
        orders.created_date,
        headers.planned_start_date,
        headers.due_date,
        headers.actual_start_date,
        coalesce(headers.actual_end_date, headers.confirmed_end_date) as actual_end_date,
        greatest(
            orders._ingested_at, headers._ingested_at, items._ingested_at, factors._ingested_at
        ) as _source_ingested_at
    from orders
    left join headers on orders.client = headers.client and orders.order_no = headers.order_no
    left join items on orders.client = items.client and orders.order_no = items.order_no
    left join factors
        on
            headers.client = factors.client
            and coalesce(items.material_id, headers.material_id) = factors.material_id
            and headers.quantity_unit = factors.unit
)

select * from identified

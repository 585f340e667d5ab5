-- What has left stands in the deliveries that follow an item, in the base unit; the last one gives its day.
with headers as (
    select * from {{ ref('stg_sap_ecc__vbak') }}
    where document_category = 'C'
),

items as (
    select * from {{ ref('stg_sap_ecc__vbap') }}
),

deliveries as (
    select * from {{ ref('stg_sap_ecc__likp') }}
    where document_category = 'J' and issued_date is not null
),

delivered as (
    select
        goods.client,
        goods.sales_order_no,
        goods.sales_line_no,
        sum(goods.delivered_qty) as delivered_qty,
        max(deliveries.issued_date) as issued_date,
        max(greatest(goods._ingested_at, deliveries._ingested_at)) as _ingested_at
    from {{ ref('stg_sap_ecc__lips') }} as goods
    inner join deliveries
        on goods.client = deliveries.client and goods.delivery_no = deliveries.delivery_no
    where goods.delivered_qty > 0
    group by goods.client, goods.sales_order_no, goods.sales_line_no
),

lines as (
    select
        items.*,
        headers.customer_no,
        headers.ordered_date,
        headers.due_date,
        headers.currency,
        coalesce(delivered.delivered_qty, 0) as delivered_qty,
        delivered.issued_date,
        {{ ratio('items.numerator', 'items.denominator') }} as base_per_unit,
        greatest(items._ingested_at, headers._ingested_at, delivered._ingested_at) as _source_ingested_at
    from items
    inner join headers on items.client = headers.client and items.sales_order_no = headers.sales_order_no
    left join delivered
        on
            items.client = delivered.client
            and items.sales_order_no = delivered.sales_order_no
            and items.line_no = delivered.sales_line_no
),

measured as (
    select
        *,
        {{ in_base_unit('ordered_qty', 'lines') }} as ordered_base_qty
    from lines
)

select
    site_code || '-' || sales_order_no || '-' || line_no as sales_line_id,
    site_code,
    sales_order_no,
    line_no,
    customer_no as customer_id,
    material_id,
    case
        when rejection_code is not null then 'rejected'
        when delivered_qty >= ordered_base_qty then 'shipped'
        when delivered_qty > 0 then 'backordered'
        else 'approved'
    end as order_status,
    ordered_date as order_date,
    due_date,
    issued_date as shipped_date,
    case when base_per_unit is null then quantity_unit else coalesce(base_unit, quantity_unit) end
        as quantity_unit,
    ordered_base_qty as ordered_qty,
    -- a price of the sales unit is shared over its base units; one of a third unit says nothing about them
    cast(
        cast(net_price as double) / nullif(price_per_qty, 0)
        / case price_unit
            when quantity_unit then nullif(coalesce(base_per_unit, 1), 0)
            when base_unit then 1
        end
        as decimal(18, 4)
    ) as unit_price,
    line_amount,
    currency,
    _source_ingested_at
from measured

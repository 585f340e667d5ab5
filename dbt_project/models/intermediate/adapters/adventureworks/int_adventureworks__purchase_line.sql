with lines as (
    select * from {{ ref('stg_adventureworks__purchase_order_detail') }}
),

headers as (
    select * from {{ ref('stg_adventureworks__purchase_order_header') }}
)

select
    {{ site_id(source_site('adventureworks'), 'lines.purchase_order_id') }}
    || '-' || lines.purchase_order_detail_id as purchase_line_id,
    {{ source_site('adventureworks') }} as site_code,
    lines.purchase_order_id as purchase_order_no,
    lines.purchase_order_detail_id as line_no,
    headers.vendor_id as supplier_id,
    lines.product_id as material_id,
    headers.order_status,
    headers.order_date,
    lines.due_date,
    headers.ship_date as shipped_date,
    'EA' as quantity_unit,
    lines.order_qty as ordered_qty,
    lines.received_qty,
    lines.rejected_qty,
    lines.stocked_qty,
    lines.unit_price,
    lines.line_total as line_amount,
    {{ source_site('adventureworks', 'currency') }} as currency,
    greatest(lines._ingested_at, coalesce(headers._ingested_at, lines._ingested_at)) as _source_ingested_at
from lines
left join headers on lines.purchase_order_id = headers.purchase_order_id

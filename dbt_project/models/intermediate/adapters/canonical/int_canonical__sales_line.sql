select
    site_code || '-' || sales_order_no || '-' || line_no as sales_line_id,
    site_code,
    sales_order_no,
    line_no,
    customer_no as customer_id,
    material_id,
    order_status,
    order_date,
    due_date,
    shipped_date,
    quantity_unit,
    ordered_qty,
    unit_price,
    line_amount,
    currency,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__sales_line') }}
where not is_deleted

select
    site_code || '-' || purchase_order_no || '-' || line_no as purchase_line_id,
    site_code,
    purchase_order_no,
    line_no,
    supplier_no as supplier_id,
    material_id,
    order_status,
    order_date,
    due_date,
    shipped_date,
    quantity_unit,
    ordered_qty,
    received_qty,
    rejected_qty,
    stocked_qty,
    unit_price,
    line_amount,
    currency,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__purchase_line') }}
where not is_deleted

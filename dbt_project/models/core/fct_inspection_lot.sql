select
    inspection_lot_id,
    site_code,
    inspection_type,
    created_date,
    {{ surrogate_key(['material_id']) }} as material_key,
    material_id,
    {{ surrogate_key(['order_id']) }} as order_key,
    order_id,
    batch_no,
    lot_qty,
    quantity_unit,
    unrestricted_qty,
    scrap_qty,
    usage_decision_code,
    is_accepted,
    decided_date,
    _source_ingested_at
from {{ ref('int_quality__inspection_lot') }}

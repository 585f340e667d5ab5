select
    site_code,
    {{ site_id('site_code', 'inspection_lot_no') }} as inspection_lot_id,
    inspection_type,
    created_date,
    material_id,
    {{ site_id('site_code', 'order_no') }} as order_id,
    batch_no,
    lot_qty,
    quantity_unit,
    unrestricted_qty,
    scrap_qty,
    usage_decision_code,
    is_accepted,
    decided_date,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__inspection_lot') }}
where not is_deleted

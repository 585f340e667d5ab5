select
    {{ site_id('site_code', 'order_no') }} as order_id,
    site_code,
    order_no,
    order_type,
    material_id,
    quantity_unit,
    ordered_qty,
    received_qty,
    scrapped_qty,
    {{ site_id('site_code', 'scrap_reason_code') }} as scrap_reason_id,
    created_date,
    planned_start_date,
    due_date,
    actual_start_date,
    actual_end_date,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__production_order') }}
where not is_deleted

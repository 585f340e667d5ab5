select
    site_code,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    counted_at,
    {{ site_id('site_code', 'order_no') }} as order_id,
    operation_no,
    material_id,
    total_count,
    coalesce(scrap_count, 0) as scrap_count,
    coalesce(rework_count, 0) as rework_count,
    rollover_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__counter') }}
where not is_deleted

select
    site_code || '-' || material_id || '-' || storage_location as stock_balance_id,
    site_code,
    material_id,
    {{ site_id('site_code', 'storage_location') }} as storage_location_id,
    storage_location_name,
    quantity_unit,
    on_hand_qty,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__stock_balance') }}
where not is_deleted

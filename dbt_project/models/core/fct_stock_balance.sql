select
    stock_balance_id,
    site_code,
    material_id,
    {{ surrogate_key(['material_id']) }} as material_key,
    storage_location_id,
    storage_location_name,
    quantity_unit,
    on_hand_qty,
    _source_ingested_at as balance_at,
    source_system
from {{ ref('int_stock__stock_balance') }}

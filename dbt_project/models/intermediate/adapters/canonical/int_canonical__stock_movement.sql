select
    {{ site_id('site_code', 'movement_no') }} as movement_id,
    site_code,
    material_id,
    storage_location,
    batch_no,
    movement_type,
    posting_date,
    moved_qty,
    quantity_unit,
    {{ site_id('site_code', 'order_no') }} as order_id,
    coalesce(order_role, case when moved_qty < 0 then 'component' else 'product' end) as order_role,
    amount,
    currency,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__stock_movement') }}
where not is_deleted

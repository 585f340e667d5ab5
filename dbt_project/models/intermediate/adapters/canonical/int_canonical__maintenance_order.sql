select
    site_code,
    {{ site_id('site_code', 'maintenance_order_no') }} as maintenance_order_id,
    maintenance_order_no,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    {{ site_id('site_code', 'notification_no') }} as notification_id,
    order_type,
    order_text,
    is_corrective,
    created_date,
    started_at,
    ended_at,
    actual_cost,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__maintenance_order') }}
where not is_deleted

select
    site_code,
    {{ site_id('site_code', 'notification_no') }} as notification_id,
    notification_no,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    {{ site_id('site_code', 'maintenance_order_no') }} as maintenance_order_id,
    notification_type,
    notification_text,
    priority,
    notification_date,
    completed_date,
    is_breakdown,
    malfunction_started_at,
    malfunction_ended_at,
    failure_mode_code,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__maintenance_notification') }}
where not is_deleted

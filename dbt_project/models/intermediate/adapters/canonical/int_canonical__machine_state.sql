select
    {{ site_id('site_code', 'event_no') }} as state_event_id,
    site_code,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    changed_at,
    ended_at,
    state,
    mode,
    reports_orders,
    {{ site_id('site_code', 'order_no') }} as order_id,
    operation_no,
    material_id,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__machine_state') }}
where not is_deleted

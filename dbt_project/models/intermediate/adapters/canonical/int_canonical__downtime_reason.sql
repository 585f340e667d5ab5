select
    {{ site_id('site_code', 'event_no') }} as state_event_id,
    {{ site_id('site_code', 'reason_code') }} as reason_id,
    entered_at,
    note,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__downtime_reason') }}
where not is_deleted

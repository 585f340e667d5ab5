select
    {{ site_id('site_code', 'reason_code') }} as reason_id,
    reason_code,
    {{ site_id('site_code', 'parent_reason_code') }} as parent_reason_id,
    reason_name,
    loss_category,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__reason') }}
where not is_deleted

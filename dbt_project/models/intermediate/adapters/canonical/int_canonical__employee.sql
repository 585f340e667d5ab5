select
    {{ site_id('site_code', 'employee_code') }} as employee_id,
    site_code,
    personnel_class,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__employee') }}
where not is_deleted

select
    {{ site_id('site_code', 'record_code') }} as equipment_record_id,
    site_code,
    equipment_name,
    equipment_class,
    equipment_code,
    work_centre_code,
    erp_equipment_code,
    serial_no,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__equipment_record') }}
where not is_deleted

select
    {{ site_id(source_site('cms'), 'equipment_code') }} as equipment_record_id,
    {{ source_site('cms') }} as site_code,
    null as equipment_name,
    null as equipment_class,
    equipment_code,
    null as work_centre_code,
    null as erp_equipment_code,
    null as serial_no,
    min(_ingested_at) as _source_ingested_at
from {{ ref('stg_cms__vibration_snapshots') }}
group by equipment_code

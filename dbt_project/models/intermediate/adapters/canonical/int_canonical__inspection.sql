select
    {{ site_id('site_code', 'inspection_no') }} as inspection_id,
    site_code,
    {{ site_id('site_code', 'order_no') }} as order_id,
    operation_no,
    material_id,
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    characteristic,
    measured_value,
    nominal_value,
    lower_limit,
    upper_limit,
    unit,
    inspected_at,
    is_ok,
    defect_code,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__inspection') }}
where not is_deleted

select
    {{ site_id('site_code', 'equipment_code') }} as equipment_id,
    site_code,
    equipment_code,
    equipment_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    area,
    coalesce(area_name, area) as area_name,
    line,
    coalesce(line_name, line) as line_name,
    coalesce(calendar_code, 'NONE') as calendar_code,
    work_centre_code,
    erp_equipment_code,
    equipment_class,
    valid_from,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__equipment') }}
where not is_deleted

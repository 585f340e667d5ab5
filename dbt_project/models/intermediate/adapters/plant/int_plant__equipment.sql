with equipment as (
    select * from {{ ref('stg_plant__equipment') }}
),

identified as (
    select
        {{ site_id('site_code', 'equipment_code') }} as equipment_id,
        site_code,
        equipment_code,
        equipment_name,
        enterprise,
        area_code as area,
        area_name,
        line,
        line_name,
        coalesce(calendar_code, 'NONE') as calendar_code,
        work_centre_code,
        erp_equipment_code,
        equipment_class,
        valid_from,
        _ingested_at as _source_ingested_at
    from equipment
)

select * from identified

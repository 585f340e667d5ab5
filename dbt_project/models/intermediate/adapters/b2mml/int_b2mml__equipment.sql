-- Work units are the equipment below which nothing stands; what the plant's own table names stays as there.
{% set site = source_site('b2mml') %}
with equipment as (
    select * from {{ ref('stg_b2mml__equipment') }}
),

parents as (
    select distinct parent_equipment_id from equipment
    where parent_equipment_id is not null
),

known as (
    select distinct equipment_code from {{ ref('stg_plant__equipment') }}
)

select
    {{ site_id(site, 'units.equipment_id') }} as equipment_id,
    {{ site }} as site_code,
    units.equipment_id as equipment_code,
    coalesce(units.description, units.equipment_id) as equipment_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    coalesce(lines.parent_equipment_id, units.parent_equipment_id, units.equipment_id) as area,
    coalesce(areas.description, lines.parent_equipment_id, units.parent_equipment_id, units.equipment_id)
        as area_name,
    coalesce(units.parent_equipment_id, units.equipment_id) as line,
    coalesce(lines.description, units.parent_equipment_id, units.equipment_id) as line_name,
    'NONE' as calendar_code,
    units.equipment_id as work_centre_code,
    cast(null as string) as erp_equipment_code,
    units.equipment_class_id as equipment_class,
    cast(null as date) as valid_from,
    greatest(units._ingested_at, lines._ingested_at, areas._ingested_at) as _source_ingested_at
from equipment as units
left join parents on units.equipment_id = parents.parent_equipment_id
left join known on units.equipment_id = known.equipment_code
left join equipment as lines on units.parent_equipment_id = lines.equipment_id
left join equipment as areas on lines.parent_equipment_id = areas.equipment_id
where parents.parent_equipment_id is null and known.equipment_code is null

-- The plant's own table comes first: SAP tells of the equipment that it does not name, and of its moves.
with equipment as (
    select * from {{ ref('stg_sap_ecc__equi') }}
),

names as (
    select
        *,
        row_number() over (
            partition by client, erp_equipment_code
            order by case language when 'E' then 1 when 'D' then 2 else 3 end, language
        ) as language_rank
    from {{ ref('stg_sap_ecc__eqkt') }}
),

segments as (
    select
        *,
        row_number() over (
            partition by client, erp_equipment_code, valid_from order by valid_to desc, segment_no desc
        ) as segment_rank
    from {{ ref('stg_sap_ecc__equz') }}
),

locations as (
    select * from {{ ref('stg_sap_ecc__iloa') }}
),

functional_locations as (
    select * from {{ ref('stg_sap_ecc__iflot') }}
),

work_centres as (
    select * from {{ ref('int_sap_ecc__work_centre') }}
),

known as (
    select distinct erp_equipment_code from {{ ref('stg_plant__equipment') }}
    where erp_equipment_code is not null
)

select
    {{ site_id('locations.site_code', 'equipment.erp_equipment_code') }} as equipment_id,
    locations.site_code,
    equipment.erp_equipment_code as equipment_code,
    coalesce(names.equipment_name, equipment.erp_equipment_code) as equipment_name,
    '{{ var("enterprise") | replace("'", "''") }}' as enterprise,
    coalesce(functional_locations.parent_functional_location, locations.site_code) as area,
    coalesce(functional_locations.parent_functional_location, locations.site_code) as area_name,
    coalesce(locations.functional_location, locations.site_code) as line,
    coalesce(locations.functional_location, locations.site_code) as line_name,
    'NONE' as calendar_code,
    work_centres.work_centre_code,
    equipment.erp_equipment_code,
    lower(equipment.equipment_type) as equipment_class,
    segments.valid_from,
    greatest(
        equipment._ingested_at, names._ingested_at, segments._ingested_at, locations._ingested_at,
        functional_locations._ingested_at
    ) as _source_ingested_at
from equipment
inner join segments
    on
        equipment.client = segments.client
        and equipment.erp_equipment_code = segments.erp_equipment_code
        and segments.segment_rank = 1
inner join locations on segments.client = locations.client and segments.location_no = locations.location_no
left join names
    on
        equipment.client = names.client
        and equipment.erp_equipment_code = names.erp_equipment_code
        and names.language_rank = 1
left join functional_locations
    on
        locations.client = functional_locations.client
        and locations.functional_location = functional_locations.functional_location
left join work_centres
    on
        locations.client = work_centres.client
        and locations.work_centre_object_no = work_centres.work_centre_object_no
left join known on equipment.erp_equipment_code = known.erp_equipment_code
where known.erp_equipment_code is null and locations.site_code is not null

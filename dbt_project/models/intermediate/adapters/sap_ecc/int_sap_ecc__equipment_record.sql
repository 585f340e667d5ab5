-- Machines of plant maintenance that the plant's own table names; the others are equipment of their own.
with names as (
    select
        *,
        row_number() over (
            partition by client, erp_equipment_code
            order by case language when 'E' then 1 when 'D' then 2 else 3 end, language
        ) as language_rank
    from {{ ref('stg_sap_ecc__eqkt') }}
),

known as (
    select distinct
        site_code,
        erp_equipment_code
    from {{ ref('stg_plant__equipment') }}
)

select
    {{ site_id('known.site_code', 'equipment.erp_equipment_code') }} as equipment_record_id,
    known.site_code,
    names.equipment_name,
    lower(equipment.equipment_type) as equipment_class,
    null as equipment_code,
    null as work_centre_code,
    equipment.erp_equipment_code,
    equipment.serial_no,
    greatest(equipment._ingested_at, names._ingested_at) as _source_ingested_at
from {{ ref('stg_sap_ecc__equi') }} as equipment
inner join known on equipment.erp_equipment_code = known.erp_equipment_code
left join names
    on
        equipment.client = names.client
        and equipment.erp_equipment_code = names.erp_equipment_code
        and names.language_rank = 1

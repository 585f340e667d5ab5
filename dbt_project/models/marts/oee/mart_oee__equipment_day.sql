with elements as (
    select * from {{ ref('fct_time_element') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

{{ summed_elements(['equipment_key', 'equipment_id', 'site_code', 'production_day']) }},

rated as (
    select
        summed.equipment_id,
        equipment.equipment_name,
        summed.site_code,
        equipment.area,
        equipment.line,
        summed.production_day,
        {{ oee_ratios() }},
        {{ element_columns('summed') }}
    from summed
    left join equipment on summed.equipment_key = equipment.equipment_key
)

select * from rated

with elements as (
    select * from {{ ref('fct_time_element') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

summed as (
    select
        elements.site_code,
        equipment.area,
        equipment.line,
        min(equipment.line_name) as line_name,
        count(distinct elements.equipment_id) as equipment_count,
        min(elements.production_day) as first_production_day,
        max(elements.production_day) as last_production_day,
        {{ sum_elements() }}
    from elements
    left join equipment on elements.equipment_key = equipment.equipment_key
    group by 1, 2, 3
),

rated as (
    select
        site_code,
        area,
        line,
        line_name,
        equipment_count,
        first_production_day,
        last_production_day,
        {{ oee_ratios() }},
        {{ element_columns('summed') }}
    from summed
)

select * from rated

with elements as (
    select * from {{ ref('fct_time_element') }}
),

summed as (
    select
        order_id,
        site_code,
        material_id,
        min(production_day) as first_production_day,
        max(production_day) as last_production_day,
        {{ sum_elements() }}
    from elements
    where order_id is not null
    group by 1, 2, 3
),

materials as (
    select * from {{ ref('dim_material') }}
),

rated as (
    select
        summed.order_id,
        summed.site_code,
        summed.material_id,
        materials.material_name,
        summed.first_production_day,
        summed.last_production_day,
        {{ oee_ratios() }},
        {{ element_columns('summed') }}
    from summed
    left join materials on summed.material_id = materials.material_id
)

select * from rated

with elements as (
    select * from {{ ref('fct_time_element') }}
),

materials as (
    select * from {{ ref('dim_material') }}
),

summed as (
    select
        site_code,
        material_id,
        count(distinct order_id) as order_count,
        {{ sum_elements() }}
    from elements
    where material_id is not null
    group by 1, 2
),

rated as (
    select
        summed.site_code,
        summed.material_id,
        materials.material_name,
        summed.order_count,
        {{ oee_ratios() }},
        {{ element_columns('summed') }}
    from summed
    left join materials on summed.material_id = materials.material_id
)

select * from rated

with inspections as (
    select * from {{ ref('fct_inspection') }}
),

materials as (
    select * from {{ ref('dim_material') }}
),

specifications as (
    select
        site_code,
        material_key,
        material_id,
        characteristic,
        unit,
        lower_limit,
        upper_limit,
        count(*) as inspection_count,
        count(case when is_ok then 1 end) as ok_count,
        avg(measured_value) as mean_value,
        stddev_samp(measured_value) as std_value,
        min(measured_value) as min_value,
        max(measured_value) as max_value
    from inspections
    group by site_code, material_key, material_id, characteristic, unit, lower_limit, upper_limit
)

select
    specifications.site_code,
    specifications.material_key,
    specifications.material_id,
    materials.material_name,
    specifications.characteristic,
    specifications.unit,
    specifications.lower_limit,
    specifications.upper_limit,
    specifications.inspection_count,
    specifications.ok_count,
    specifications.mean_value,
    specifications.std_value,
    specifications.min_value,
    specifications.max_value,
    {{ ratio('(specifications.upper_limit - specifications.lower_limit)', '(6 * specifications.std_value)') }}
        as cp,
    {{ cpk('specifications.mean_value', 'specifications.std_value',
        'specifications.lower_limit', 'specifications.upper_limit') }} as cpk,
    {{ ratio('specifications.ok_count', 'specifications.inspection_count') }} as first_pass_yield
from specifications
left join materials on specifications.material_key = materials.material_key

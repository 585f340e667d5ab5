{%- set chart = 'site_code, equipment_id, material_id, characteristic, unit' %}

with inspections as (
    select * from {{ ref('fct_inspection') }}
    where measured_value is not null and inspected_at is not null
),

materials as (
    select * from {{ ref('dim_material') }}
),

-- Sigma of single values comes from their moving ranges, that of samples from the spread inside each: neither
-- sees a shift of the mean, which the chart is there to show.
pieces as (
    select
        {{ chart }},
        'individuals' as chart_type,
        shift_id,
        inspected_at as point_at,
        inspection_id as point_id,
        1 as sample_size,
        measured_value as point_value,
        abs(measured_value - lag(measured_value) over by_time) / {{ d2_of_two() }} as sigma_value
    from inspections
    window by_time as (partition by {{ chart }} order by inspected_at, inspection_id)
),

samples as (
    select
        {{ chart }},
        'xbar' as chart_type,
        shift_id,
        min(inspected_at) as point_at,
        min(inspection_id) as point_id,
        count(*) as sample_size,
        avg(measured_value) as point_value,
        stddev_samp(measured_value) / {{ c4('count(*)') }} as sigma_value
    from inspections
    where shift_id is not null
    group by {{ chart }}, shift_id
    having count(*) > 1
),

points as (
    select * from pieces
    union all
    select * from samples
),

centred as (
    select
        *,
        {{ ratio('sum(sample_size * point_value) over chart', 'sum(sample_size) over chart') }}
            as centre_value,
        avg(sigma_value) over chart as chart_sigma,
        row_number() over (partition by {{ chart }}, chart_type order by point_at, point_id) as point_no
    from points
    window chart as (partition by {{ chart }}, chart_type)
),

limited as (
    select
        *,
        centre_value - 3 * chart_sigma / sqrt(sample_size) as lower_control_limit,
        centre_value + 3 * chart_sigma / sqrt(sample_size) as upper_control_limit
    from centred
)

select
    limited.site_code,
    limited.equipment_id,
    limited.material_id,
    materials.material_name,
    limited.characteristic,
    limited.unit,
    limited.chart_type,
    limited.point_no,
    limited.point_at,
    limited.shift_id,
    cast(limited.sample_size as bigint) as sample_size,
    limited.point_value,
    limited.centre_value,
    limited.chart_sigma as sigma_value,
    limited.lower_control_limit,
    limited.upper_control_limit,
    limited.point_value < limited.lower_control_limit or limited.point_value > limited.upper_control_limit
        as is_beyond_limits
from limited
left join materials on limited.material_id = materials.material_id

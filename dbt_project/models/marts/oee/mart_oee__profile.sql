{%- set plant_profile = production_parameter('kpi_profile') or 'iso_22400' %}

with elements as (
    select * from {{ ref('fct_time_element') }}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

{{ summed_elements(['equipment_key', 'equipment_id', 'site_code', 'production_day']) }},

profiled as (
    {%- for profile, terms in kpi_profiles().items() %}
    {{ 'union all' if not loop.first }}
    select
        equipment_key,
        equipment_id,
        site_code,
        production_day,
        '{{ profile }}' as profile_code,
        {%- for factor in ['availability', 'performance', 'quality'] %}
        {{ profile_term(profile, factor, 0) }} as {{ factor }}_numerator,
        {{ profile_term(profile, factor, 1) }} as {{ factor }}_base,
        {{ profile_factor(profile, factor) }} as {{ factor }},
        {{ profile_factor(plant_profile, factor) }} as plant_{{ factor }},
        {%- endfor %}
        {{ terms.oee }} as oee,
        {{ kpi_profiles()[plant_profile].oee }} as plant_oee
    from summed
    {%- endfor %}
),

-- The difference of two products, shared out by the logarithms of their factors; what weighting by product
-- leaves goes to quality, so that the effects add up to the difference.
compared as (
    select
        *,
        oee - plant_oee as oee_difference,
        case
            when abs(oee - plant_oee) < 1e-12 then oee
            when oee > 0 and plant_oee > 0 then (oee - plant_oee) / (ln(oee) - ln(plant_oee))
        end as weight,
        coalesce(availability, 1) as own_availability,
        coalesce(performance, 1) as own_performance
    from profiled
),

effects as (
    select
        *,
        case
            when own_availability > 0 and plant_availability > 0
                then weight * (ln(own_availability) - ln(plant_availability))
        end as availability_effect,
        case
            when own_performance > 0 and coalesce(plant_performance, 1) > 0
                then weight * (ln(own_performance) - ln(coalesce(plant_performance, 1)))
        end as performance_effect
    from compared
)

select
    effects.equipment_id,
    equipment.equipment_name,
    effects.site_code,
    equipment.area,
    equipment.line,
    effects.production_day,
    effects.profile_code,
    effects.profile_code = '{{ plant_profile }}' as is_plant_profile,
    {%- for factor in ['availability', 'performance', 'quality'] %}
    effects.{{ factor }},
    effects.{{ factor }}_numerator,
    effects.{{ factor }}_base,
    {%- endfor %}
    effects.oee,
    effects.plant_oee,
    effects.oee_difference,
    effects.availability_effect,
    effects.performance_effect,
    effects.oee_difference - effects.availability_effect - effects.performance_effect as quality_effect
from effects
left join equipment on effects.equipment_key = equipment.equipment_key

{#- The CTE `work_centres` (work_centre_id, equipment_id): only a work centre of one machine names the machine. -#}
{% macro work_centres() -%}
equipment as (
    select
        equipment_id,
        {{ site_id('site_code', 'work_centre_code') }} as work_centre_id
    from {{ ref('int_master__equipment') }}
),

work_centres as (
    select
        work_centre_id,
        min(equipment_id) as equipment_id
    from equipment
    group by work_centre_id
    having min(equipment.equipment_id) = max(equipment.equipment_id)
)
{%- endmacro %}

{#-
    ISO 22400 ratios from sums of the additive elements of fct_time_element. Never an average of ratios; no value when the
    denominator is zero; above one is shown as it is.
-#}
{% macro ratio(numerator, denominator) -%}
cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}


{#- The seven elements that share out the calendar time: exclusive and exhaustive. -#}
{% macro exclusive_elements() -%}
    {{- return(['apt_s', 'aust_s', 'adet_s', 'adot_s', 'pdt_s', 'not_scheduled_s', 'no_data_s']) -}}
{%- endmacro %}


{#- Seconds of a stretch in the columns of the elements that it counts to; over a relation with the columns of fct_state_interval. -#}
{% macro element_seconds() -%}
    {%- for element in exclusive_elements() %}
        case when time_element = '{{ element[:-2] }}' then duration_s else 0 end as {{ element }},
    {%- endfor %}
        case when is_micro_stop then duration_s else 0 end as micro_stop_s,
        case when is_low_speed then duration_s else 0 end as low_speed_s,
        case when is_corrective_maintenance then duration_s else 0 end as cmt_s,
        case when is_preventive_maintenance then duration_s else 0 end as pmt_s
{%- endmacro %}


{#- The additive elements, in the order in which marts carry them. -#}
{% macro time_element_columns() -%}
    {{- return([
        'calendar_s', 'pot_s', 'pbt_s', 'aupt_s', 'apt_s', 'aust_s', 'adet_s', 'adot_s', 'pdt_s',
        'not_scheduled_s', 'no_data_s', 'micro_stop_s', 'low_speed_s', 'cmt_s', 'pmt_s', 'planned_run_s',
        'planned_run_good_s', 'target_qty',
    ]) -}}
{%- endmacro %}


{% macro quantity_columns() -%}
    {{- return(['produced_qty', 'good_qty', 'scrap_qty', 'rework_qty', 'produced_without_pri_qty']) -}}
{%- endmacro %}


{% macro sum_elements() -%}
    {%- for column in time_element_columns() %}
    sum({{ column }}) as {{ column }},
    {%- endfor %}
    {%- for column in quantity_columns() %}
    cast(sum({{ column }}) as bigint) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The CTE `summed`: elements and quantities by the columns of a grain, from the CTE `elements`. -#}
{% macro summed_elements(grain) -%}
summed as (
    select
        {{ grain | join(',\n        ') }},
        {{ sum_elements() }}
    from elements
    group by {{ range(1, grain | length + 1) | join(', ') }}
)
{%- endmacro %}


{#-
    The ratios of ISO 22400 over a relation that carries the summed elements; availability, effectiveness, quality ratio and
    OEE by the KPI profile that the plant chose.
-#}
{% macro oee_ratios() %}
    {%- set profile = production_parameter('kpi_profile') or 'iso_22400' %}
    {{ profile_factor(profile, 'availability') }} as availability,
    {{ profile_factor(profile, 'performance') }} as effectiveness,
    {{ profile_factor(profile, 'quality') }} as quality_ratio,
    {{ kpi_profiles()[profile].oee }} as oee,
    {{ ratio('planned_run_good_s', 'calendar_s') }} as teep,
    {{ ratio('aupt_s', 'pbt_s') }} * {{ ratio('planned_run_good_s', 'apt_s') }} as nee,
    {{ ratio('(aupt_s + adet_s)', 'pbt_s') }} as allocation_efficiency,
    {{ ratio('apt_s', '(aupt_s + adet_s)') }} as utilisation_efficiency,
    {{ ratio('apt_s', '(apt_s + adet_s)') }} as technical_efficiency,
    {{ ratio('aust_s', 'aupt_s') }} as setup_rate,
    {{ ratio('scrap_qty', 'produced_qty') }} as scrap_ratio,
    {{ ratio('rework_qty', 'produced_qty') }} as rework_ratio,
    {{ ratio('cmt_s', '(cmt_s + pmt_s)') }} as corrective_maintenance_ratio
{%- endmacro %}


{#- The elements and quantities of a relation, in the order in which marts carry them. -#}
{% macro element_columns(relation) %}
    {%- for column in time_element_columns() + quantity_columns() %}
    {{ relation }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

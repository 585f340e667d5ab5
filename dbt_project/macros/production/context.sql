{#-
    What an equipment was doing at an instant: the CTE `interval_days`, and the columns and the half-open join of what holds
    then, [started_at, ended_at).
-#}
{% macro interval_days() -%}
interval_days as (
    {{ by_day(ref('fct_state_interval')) }}
)
{%- endmacro %}


{% macro interval_at(equipment_id, instant_at) -%}
left join interval_days as context
    on
        {{ equipment_id }} = context.equipment_id
        and {{ day_of(instant_at) }} = context.day_no
        and {{ instant_at }} >= context.started_at
        and {{ instant_at }} < context.ended_at
{%- endmacro %}


{#- Columns of the context; `known` names those that the row has of its own, which come first. -#}
{% macro context_columns() -%}
context.production_day,
    context.shift_key,
    context.shift_id,
    context.state,
    context.time_element
{%- endmacro %}

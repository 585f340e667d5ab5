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


{#- Values of a fact of signals, one row per `instant`, with what the equipment was doing then. -#}
{% macro signal_context(fact, instant) -%}
with readings as (
    select * from {{ ref(fact) }}
),

context as (
    select * from {{ ref('fct_equipment_minute') }}
    {%- if instant == 'hour_at' %}
    where minute_at = {{ utc_hour('minute_at') }}
    {%- endif %}
),

orders as (
    select * from {{ ref('dim_order') }}
)

select
    readings.signal_key,
    readings.signal_id,
    readings.site_code,
    readings.equipment_id,
    readings.{{ instant }},
    readings.mean_value,
    readings.min_value,
    readings.max_value,
    readings.good_s,
    context.production_day,
    context.shift_id,
    context.state,
    context.time_element,
    context.order_id,
    context.operation_id,
    context.material_id,
    orders.batch_no,
    context.interval_started_at
from readings
left join context
    on readings.equipment_id = context.equipment_id and readings.{{ instant }} = context.minute_at
left join orders on context.order_id = orders.order_id
{%- endmacro %}

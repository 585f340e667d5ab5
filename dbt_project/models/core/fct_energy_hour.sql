{{ config(
    materialized='incremental',
    incremental_strategy='replaced_window',
    unique_key=['equipment_id', 'hour_at'],
    on_schema_change='fail'
) }}
{%- set minute_us = 60000000 %}
{#- Power in these minutes belongs to: a state of which element counts to which use. -#}
{%- set uses = {
    'producing': ['apt'], 'setup': ['aust'], 'idle': ['adet', 'adot', 'pdt'], 'off': ['not_scheduled', 'no_data']
} %}

{%- set energy_signals %}
    select
        signal_key,
        coalesce(interpolation = 'counter', false) as is_counter,
        max(_source_ingested_at) over () as _dictionary_at
    from {{ ref('dim_signal') }}
    where
        equipment_id is not null
        and (measurement = 'power' and unit = 'kW' or interpolation = 'counter' and unit = 'kWh')
{%- endset %}
{%- set touched %}
    select
        signal_hours.equipment_id,
        signal_hours.hour_at
    from {{ ref('fct_signal_hour') }} as signal_hours
    inner join ({{ energy_signals }}) as energy_signals on signal_hours.signal_key = energy_signals.signal_key
    where
        greatest(signal_hours._source_ingested_at, energy_signals._dictionary_at)
        > {{ newest_source_ingested_at(this) }}
    union
    select
        equipment_id,
        hour_at
    from {{ ref('int_production__touched_hour') }}
    where _source_ingested_at > {{ newest_source_ingested_at(this) }}
{%- endset %}
{%- set since_at = earliest(touched, 'hour_at') %}

with energy_signals as (
    {{ energy_signals }}
),
{% if is_incremental() %}
touched as (
    {{ touched }}
),
{% endif %}
{{ energy_minutes(since_at) }},

{{ state_minutes(uses, minute_us, since_at) }},

-- Inside a minute the power is taken as even, so its energy is shared out by seconds.
hours as (
    select
        energy_minutes.equipment_id,
        energy_minutes.site_code,
        {{ utc_hour('energy_minutes.minute_at') }} as hour_at,
        sum(energy_minutes.energy_kwh) as energy_kwh,
        {%- for use in uses %}
        coalesce(sum(energy_minutes.energy_kwh * state_minutes.{{ use }}_s / 60), 0) as {{ use }}_kwh,
        coalesce(sum(state_minutes.{{ use }}_s), 0) as {{ use }}_s,
        {%- endfor %}
        sum(energy_minutes.good_s) as good_s,
        max(greatest(energy_minutes._source_ingested_at, state_minutes._source_ingested_at))
            as _source_ingested_at
    from energy_minutes
    left join state_minutes
        on
            energy_minutes.equipment_id = state_minutes.equipment_id
            and energy_minutes.minute_at = state_minutes.minute_at
    group by
        energy_minutes.equipment_id,
        energy_minutes.site_code,
        {{ utc_hour('energy_minutes.minute_at') }}
)

select
    equipment.equipment_key,
    hours.equipment_id,
    hours.site_code,
    hours.hour_at,
    hours.energy_kwh,
    {%- for use in uses %}
    hours.{{ use }}_kwh,
    {%- endfor %}
    {%- for use in uses %}
    hours.{{ use }}_s,
    {%- endfor %}
    hours.good_s,
    context.production_day,
    context.shift_id,
    context.state,
    context.time_element,
    context.order_id,
    context.operation_id,
    context.material_id,
    hours._source_ingested_at
from hours
left join {{ ref('fct_equipment_minute') }} as context
    on hours.equipment_id = context.equipment_id and hours.hour_at = context.minute_at
left join {{ ref('dim_equipment') }} as equipment
    on
        hours.equipment_id = equipment.equipment_id
        and cast(hours.hour_at as date) >= equipment.valid_from
        and cast(hours.hour_at as date) < equipment.valid_to

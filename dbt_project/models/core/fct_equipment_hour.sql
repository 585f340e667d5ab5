{{ config(
    materialized='incremental',
    incremental_strategy='touched_window',
    unique_key=['equipment_id', 'hour_at'],
    on_schema_change='fail',
    meta={'touched_by': 'int_production__touched_hour'}
) }}
{%- set hour_us = 3600000000 %}
{%- set elements = ['apt', 'aust', 'adet', 'adot', 'pdt', 'not_scheduled', 'no_data'] %}
{%- set touched = touched_windows(
    ref('int_production__touched_hour'), ['equipment_id', 'hour_at'], this
) %}
{%- set since_at = utc_literal(earliest(touched, 'hour_at')) %}
{#- What ends in the first hour and reaches back beyond this is no short stop. -#}
{%- set reach_s = 3600 + production_parameter('micro_stop_s') %}

with intervals as (
    select * from {{ ref('fct_state_interval') }}
    {%- if is_incremental() %}
    where ended_at > {{ seconds_after(since_at, -reach_s) }}
    {%- endif %}
),

counted as (
    select * from {{ ref('int_production__counter_delta') }}
    {%- if is_incremental() %}
    where counted_at >= {{ since_at }}
    {%- endif %}
),

equipment as (
    select * from {{ ref('dim_equipment') }}
),

hourly_intervals as (
    select
        *,
        {{ micros('started_at') }} as started_us,
        {{ micros('ended_at') }} as ended_us,
        {{ each_from_to(
            window_no(micros('started_at'), hour_us), window_no(micros('ended_at') ~ ' - 1', hour_us)
        ) }} as hour_no
    from intervals
),

states as (
    select
        equipment_id,
        site_code,
        {{ instant('hour_no * ' ~ hour_us) }} as hour_at,
        {%- for element in elements %}
        {{ seconds_in_window([element], 'hour_no', hour_us) }} as {{ element }}_s,
        {%- endfor %}
        max(_source_ingested_at) as _source_ingested_at
    from hourly_intervals
    group by equipment_id, site_code, hour_no
),

{{ micro_stops_by_hour('intervals') }},

pieces as (
    select
        equipment_id,
        {{ utc_hour('counted_at') }} as hour_at,
        sum(produced_qty) as produced_qty,
        sum(scrap_qty) as scrap_qty,
        sum(rework_qty) as rework_qty,
        max(_source_ingested_at) as _source_ingested_at
    from counted
    group by equipment_id, {{ utc_hour('counted_at') }}
)

select
    equipment.equipment_key,
    states.equipment_id,
    states.site_code,
    states.hour_at,
    {%- for element in elements %}
    states.{{ element }}_s,
    {%- endfor %}
    coalesce(micro_stops.micro_stop_count, 0) as micro_stop_count,
    cast(coalesce(pieces.produced_qty, 0) as bigint) as produced_qty,
    cast(coalesce(pieces.scrap_qty, 0) as bigint) as scrap_qty,
    cast(coalesce(pieces.rework_qty, 0) as bigint) as rework_qty,
    greatest(states._source_ingested_at, pieces._source_ingested_at) as _source_ingested_at
from states
left join micro_stops
    on states.equipment_id = micro_stops.equipment_id and states.hour_at = micro_stops.hour_at
left join pieces on states.equipment_id = pieces.equipment_id and states.hour_at = pieces.hour_at
left join equipment
    on
        states.equipment_id = equipment.equipment_id
        and cast(states.hour_at as date) >= equipment.valid_from
        and cast(states.hour_at as date) < equipment.valid_to
{%- if is_incremental() %}
where (states.equipment_id, states.hour_at) in ({{ touched }})
{%- endif %}

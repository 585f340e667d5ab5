{{ config(
    materialized='incremental',
    incremental_strategy='touched_window',
    unique_key=['equipment_id', 'production_day'],
    on_schema_change='fail',
    meta={'touched_by': 'int_production__touched_day', 'release': 'none'}
) }}
{%- set minute_us = 60000000 %}

with {{ touched_days() }},

intervals as (
    select * from {{ ref('fct_state_interval') }}
    {% if is_incremental() %}
    where (equipment_id, production_day) in (select * from touched)
    {% endif %}
),

minutes as (
    -- minutes whose first instant lies in [started_at, ended_at): no join is needed
    select
        *,
        {{ each_from_to(
            window_no(micros('started_at') ~ ' + ' ~ (minute_us - 1), minute_us),
            window_no(micros('ended_at') ~ ' - 1', minute_us)
        ) }} as minute_no
    from intervals
)

select
    equipment_id,
    site_code,
    {{ instant('minute_no * ' ~ minute_us) }} as minute_at,
    production_day,
    shift_id,
    state,
    time_element,
    order_id,
    operation_id,
    material_id,
    started_at as interval_started_at,
    _source_ingested_at
from minutes
{%- if not is_incremental() %}
-- As days that come one by one lie by themselves: the next one reads the blocks of its time alone.
order by minute_at
{%- endif %}

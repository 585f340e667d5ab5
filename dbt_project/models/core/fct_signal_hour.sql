{{ config(
    materialized='incremental',
    incremental_strategy='signal_window',
    unique_key=['signal_id', 'hour_at'],
    on_schema_change='fail'
) }}
-- The incremental strategy asks the dictionary which versions hold: depends_on {{ ref('dim_signal') }}

{%- set touched = touched_minutes() %}

with minutes as (
    select
        *,
        {{ utc_hour('minute_at') }} as hour_at
    from {{ ref('fct_signal_minute') }}
    {%- if touched is not none %}
    where
        minute_at between {{ utc_literal(touched.first_at) }} and {{ utc_literal(touched.last_at) }}
        {%- if touched.signals %}
        or signal_id in ({{ literals(touched.signals) }})
        {%- endif %}
    {%- endif %}
),
{% if touched is not none %}
touched as (
    select distinct
        signal_id,
        hour_at
    from minutes
    where
        _source_ingested_at > {{ touched.watermark }}
        {%- if touched.signals %}
        or signal_id in ({{ literals(touched.signals) }})
        {%- endif %}
),
{% endif %}
hours as (
    select
        signal_key,
        signal_id,
        site_code,
        equipment_id,
        hour_at,
        min(minute_at) as first_minute_at,
        {{ weighted_mean('mean_value', 'good_s') }} as mean_value,
        min(min_value) as min_value,
        max(max_value) as max_value,
        {{ last_by('last_value', 'minute_at') }} as last_value,
        {{ weighted_mean('held_mean_value', 'good_s') }} as held_mean_value,
        min(held_min_value) as held_min_value,
        max(held_max_value) as held_max_value,
        {{ weighted_mean('(power(held_std_value, 2) + power(held_mean_value, 2))', 'good_s') }}
            as held_mean_square,
        {{ weighted_mean('despiked_mean_value', 'good_s') }} as despiked_mean_value,
        min(despiked_min_value) as despiked_min_value,
        max(despiked_max_value) as despiked_max_value,
        cast(sum(reading_count) as bigint) as reading_count,
        cast(sum(bad_reading_count) as bigint) as bad_reading_count,
        cast(sum(repeat_count) as bigint) as repeat_count,
        cast(sum(backward_count) as bigint) as backward_count,
        max(max_lone_rise) as max_lone_rise,
        max(max_lone_drop) as max_lone_drop,
        sum(lone_sum) as lone_sum,
        sum(counted_value) as counted_value,
        sum(good_s) as good_s,
        sum(covered_s) as covered_s,
        sum(good_s) / 36 as good_pct,
        _signal_version,
        max(_source_ingested_at) as _source_ingested_at
    from minutes
    {%- if touched is not none %}
    where (signal_id, hour_at) in (select * from touched)
    {%- endif %}
    group by signal_key, signal_id, site_code, equipment_id, hour_at, _signal_version
)

select
    signal_key,
    signal_id,
    site_code,
    equipment_id,
    hour_at,
    first_minute_at,
    mean_value,
    min_value,
    max_value,
    last_value,
    held_mean_value,
    held_min_value,
    held_max_value,
    {{ spread('held_mean_square', 'held_mean_value') }} as held_std_value,
    despiked_mean_value,
    despiked_min_value,
    despiked_max_value,
    reading_count,
    bad_reading_count,
    repeat_count,
    backward_count,
    max_lone_rise,
    max_lone_drop,
    lone_sum,
    counted_value,
    good_s,
    covered_s,
    good_pct,
    _signal_version,
    _source_ingested_at
from hours

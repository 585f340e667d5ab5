{{ config(
    materialized='incremental',
    incremental_strategy='signal_window',
    unique_key=['signal_id', 'minute_at'],
    on_schema_change='fail',
    meta={'release': 'none'}
) }}
{%- set touched, hour_us, minute_us = touched_readings(), 3600000000, 60000000 %}

with {{ signal_series() }},

-- In the signal's own unit, each with the instant until which it may hold.
delivered as (
    select
        series.signal_no,
        series.series_no,
        series.is_linear,
        series.counter_range,
        series.gap_us,
        {{ micros('readings.reading_at') }} as read_us,
        least({{ micros('readings.reading_at') }} + series.gap_us, series.placed_until_us) as until_us,
        readings.value * series.conversion_factor + series.conversion_offset as value,
        {{ is_number('readings.value * series.conversion_factor + series.conversion_offset') }}
        and readings.value_state is null
        and not readings.is_questionable as is_good,
        readings._source_ingested_at,
        readings._source_row
    from {{ ref('int_signals__reading') }} as readings
    inner join series on {{ read_in_series() }}
    {% if touched %}where readings.reading_date in ({{ literals(touched.dates, 'date') }}){% endif %}
),
{% if touched is not none %}
{{ touched_hours(touched, hour_us) }},
{% endif %}
-- Of the versions of one reading the last to arrive counts.
versions as (
    select
        *,
        lead(read_us) over arriving as next_version_us,
        row_number() over arriving as version_no
    from delivered
    {%- if touched is not none %}
    where (signal_no, {{ window_no('read_us', hour_us) }}) in ({{ hours_of('context_hours') }})
    {%- endif %}
    window arriving as (partition by series_no order by read_us, _source_ingested_at, _source_row)
),

readings as (
    select
        *,
        lead(read_us) over following as next_us,
        lead(value) over following as next_value,
        lead(is_good) over following as is_next_good,
        lead(_source_ingested_at) over following as next_ingested_at,
        lag(read_us + gap_us) over following as former_until_us,
        lag(case when is_good then value end) over following as former_value,
        lag(_source_ingested_at) over following as former_ingested_at,
        lag(_source_row) over following as former_row,
        lag(version_no, 1, 0) over following as former_version_no
    from versions
    where next_version_us is null or next_version_us <> read_us
    window following as (partition by series_no order by read_us)
),

-- A reading holds until the next, a longest gap or a move of its sensor. slope: units per microsecond.
segments as (
    select
        series_no,
        read_us,
        is_good,
        case when is_good then value end as value,
        coalesce(least(next_us, until_us), until_us) as end_us,
        {{ line_slope() }} as slope,
        {{ counted_rate() }} as counted_rate,
        {{ lone_height() }} as lone_height,
        {{ is_backward() }} as is_backward,
        version_no - former_version_no - 1 as repeat_count,
        {{ segment_ages() }}
    from readings
),

{{ minute_aggregates('segments', minute_us) }}

select
    places.signal_key,
    places.signal_id,
    places.site_code,
    places.equipment_id,
    {{ instant('minutes.minute_no * ' ~ minute_us) }} as minute_at,
    minutes.mean_value,
    minutes.min_value,
    minutes.max_value,
    minutes.last_value,
    minutes.held_mean_value,
    minutes.held_min_value,
    minutes.held_max_value,
    minutes.held_std_value,
    minutes.despiked_mean_value,
    minutes.despiked_min_value,
    minutes.despiked_max_value,
    minutes.reading_count,
    minutes.bad_reading_count,
    minutes.repeat_count,
    minutes.backward_count,
    minutes.max_lone_rise,
    minutes.max_lone_drop,
    minutes.lone_sum,
    minutes.counted_value,
    minutes.good_us / 1e6 as good_s,
    minutes.covered_us / 1e6 as covered_s,
    1e2 * minutes.good_us / {{ minute_us }} as good_pct,
    places._signal_version,
    minutes._source_ingested_at
from minutes
inner join places on minutes.series_no = places.series_no
{%- if touched is not none %}
where (places.signal_no, {{ window_no('minutes.minute_no', 60) }}) in ({{ hours_of('touched_hours') }})
{%- else %}
order by minutes.minute_no  -- as in fct_equipment_minute
{%- endif %}

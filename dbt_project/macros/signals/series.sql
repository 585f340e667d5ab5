{#-
    The CTEs `series` and `places`. A series is what one signal reads at one equipment: `series` has a row for each period
    in which it comes under one tag and in one unit, `places` one for each series.
-#}
{% macro signal_series() -%}
placed as (
    select distinct
        signal_id,
        equipment_id
    from {{ ref('dim_signal_period') }}
),

places as (
    select
        cast(row_number() over (order by placed.signal_id, placed.equipment_id) as integer) as series_no,
        cast(dense_rank() over (order by placed.signal_id) as integer) as signal_no,
        signals.signal_key,
        signals.signal_id,
        signals.site_code,
        placed.equipment_id,
        signals.interpolation = 'linear' as is_linear,
        case when signals.interpolation = 'counter' then coalesce(signals.rollover_at, 0) end as counter_range,
        cast(signals.max_gap_s * 1000000 as bigint) as gap_us,
        signals._signal_version
    from placed
    inner join {{ ref('dim_signal') }} as signals on placed.signal_id = signals.signal_id
),

series as (
    select
        places.signal_id,
        places.signal_no,
        places.series_no,
        places.is_linear,
        places.counter_range,
        places.gap_us,
        periods.source_tag,
        {{ micros('periods.valid_from') }} as from_us,
        {{ micros('periods.valid_to') }} as to_us,
        {{ micros('periods.placed_until') }} as placed_until_us,
        periods.conversion_factor,
        periods.conversion_offset
    from places
    inner join {{ ref('dim_signal_period') }} as periods
        on places.signal_id = periods.signal_id and places.equipment_id is not distinct from periods.equipment_id
)
{%- endmacro %}


{#- The half-open join of `readings` with the period of `series` in which they were read. -#}
{% macro read_in_series() -%}
readings.tag = series.source_tag
        and {{ micros('readings.reading_at') }} >= series.from_us
        and {{ micros('readings.reading_at') }} < series.to_us
{%- endmacro %}

{#-
    The CTEs `series` and `places`. A series is what one signal reads at one equipment: `series` has a row for each period
    in which it comes under one tag and in one unit, `places` one for each series.
-#}
{% macro signal_series() -%}
series as (
    select
        signals.signal_key,
        signals.signal_id,
        signals.site_code,
        periods.equipment_id,
        signals._signal_version,
        cast(dense_rank() over (order by signals.signal_id) as integer) as signal_no,
        cast(dense_rank() over (order by signals.signal_id, periods.equipment_id) as integer) as series_no,
        signals.interpolation = 'linear' as is_linear,
        cast(signals.max_gap_s * 1000000 as bigint) as gap_us,
        periods.source_tag,
        {{ micros('periods.valid_from') }} as from_us,
        {{ micros('periods.valid_to') }} as to_us,
        {{ micros('periods.placed_until') }} as placed_until_us,
        periods.conversion_factor,
        periods.conversion_offset
    from {{ ref('dim_signal') }} as signals
    inner join {{ ref('dim_signal_period') }} as periods on signals.signal_id = periods.signal_id
),

places as (
    select distinct
        series_no,
        signal_no,
        signal_key,
        signal_id,
        site_code,
        equipment_id,
        _signal_version
    from series
)
{%- endmacro %}


{#- The half-open join of `readings` with the period of `series` in which they were read. -#}
{% macro read_in_series() -%}
readings.tag = series.source_tag
        and {{ micros('readings.reading_at') }} >= series.from_us
        and {{ micros('readings.reading_at') }} < series.to_us
{%- endmacro %}

{#-
    Columns of ftr_equipment__1h over its CTEs `observed` and `signal_hours` and its `window day` of 24 hours. Their names
    follow from the lists in feature_lists.sql; the model's yml describes each.
-#}

{#- Sums of one equipment's hour by measurement, from `measured`. -#}
{% macro signal_hour_sums() -%}
    {%- for m in feature_measurements() %}
        sum(case when measurement = '{{ m }}' then good_s end) as {{ m }}_good_s,
        sum(case when measurement = '{{ m }}' then area end) as {{ m }}_area,
        sum(case when measurement = '{{ m }}' then square_area end) as {{ m }}_square,
        min(case when measurement = '{{ m }}' then held_min_value end) as {{ m }}_min,
        max(case when measurement = '{{ m }}' then held_max_value end) as {{ m }}_max{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- Mean of a summed column over the hour and over `window day`, by the seconds it was summed over. -#}
{% macro mean_over(sum_column, seconds_column) -%}
signal_hours.{{ sum_column }} / nullif(signal_hours.{{ seconds_column }}, 0)
{%- endmacro %}
{% macro day_mean_over(sum_column, seconds_column) -%}
sum(signal_hours.{{ sum_column }}) over day / nullif(sum(signal_hours.{{ seconds_column }}) over day, 0)
{%- endmacro %}


{#- Trend: one hour has no slope, which SQL calls null and DuckDB NaN. -#}
{% macro signal_features() -%}
    {%- for m in feature_measurements() %}
    {%- set area, square, good = m ~ '_area', m ~ '_square', m ~ '_good_s' %}
    {{ mean_over(area, good) }} as {{ m }}_mean_1h,
    signal_hours.{{ m }}_min as {{ m }}_min_1h,
    signal_hours.{{ m }}_max as {{ m }}_max_1h,
    {{ spread(mean_over(square, good), mean_over(area, good)) }} as {{ m }}_std_1h,
    {{ day_mean_over(area, good) }} as {{ m }}_mean_24h,
    min(signal_hours.{{ m }}_min) over day as {{ m }}_min_24h,
    max(signal_hours.{{ m }}_max) over day as {{ m }}_max_24h,
    {{ spread(day_mean_over(square, good), day_mean_over(area, good)) }} as {{ m }}_std_24h,
    case when count({{ mean_over(area, good) }}) over day > 1 then
        regr_slope(
            {{ mean_over(area, good) }},
            {{ seconds_between(utc_literal('2000-01-01 00:00:00'), 'observed.hour_at') }} / 3600
        ) over day
    end as {{ m }}_trend_24h,
    coalesce(signal_hours.{{ good }}, 0) / 36 as {{ m }}_good_pct_1h{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- Seconds are summed exactly: an engine that slides a window by subtraction leaves a trace below zero in a double. -#}
{% macro state_features() -%}
    {%- for column in feature_sums() %}
    {%- set exact, type = ('decimal(18, 6)', 'double') if column.endswith('_s') else ('bigint', 'bigint') %}
    cast(sum(cast(observed.{{ column }}_1h as {{ exact }})) over day as {{ type }}) as {{ column }}_24h{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- True: a failure begins in (feature_at, horizon]. False: none does, and the horizon is observed. Else not known. -#}
{% macro failure_labels() -%}
    {%- for name, hours in failure_horizons().items() %}
    case
        when next_failure_at <= feature_at + interval {{ hours }} hour then true
        when known_until >= feature_at + interval {{ hours }} hour then false
    end as is_failure_within_{{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
    Arithmetic of time-weighted aggregates: instants as whole microseconds, windows as their whole numbers.
    duckdb__ is the locked target; default__ speaks Spark.
-#}
{% macro micros(instant) -%}
    {{ return(adapter.dispatch('micros')(instant)) }}
{%- endmacro %}
{% macro duckdb__micros(instant) -%}
epoch_us({{ instant }})
{%- endmacro %}
{% macro default__micros(instant) -%}
unix_micros({{ instant }})
{%- endmacro %}


{#- Microseconds since 1970 as an instant. -#}
{% macro instant(micros) -%}
    {{ return(adapter.dispatch('instant')(micros)) }}
{%- endmacro %}
{% macro duckdb__instant(micros) -%}
cast(make_timestamptz({{ micros }}) as timestamptz)
{%- endmacro %}
{% macro default__instant(micros) -%}
timestamp_micros({{ micros }})
{%- endmacro %}


{#- Number of the window of `size` microseconds that holds the instant `micros` (after 1970). -#}
{% macro window_no(micros, size) -%}
    {{ return(adapter.dispatch('window_no')(micros, size)) }}
{%- endmacro %}
{% macro duckdb__window_no(micros, size) -%}
(({{ micros }}) // {{ size }})
{%- endmacro %}
{% macro default__window_no(micros, size) -%}
(({{ micros }}) div {{ size }})
{%- endmacro %}


{#- One row per whole number first..last (both with), in a select list. Nothing when last is before first. -#}
{% macro each_from_to(first, last) -%}
    {{ return(adapter.dispatch('each_from_to')(first, last)) }}
{%- endmacro %}
{% macro duckdb__each_from_to(first, last) -%}
unnest(range({{ first }}, {{ last }} + 1))
{%- endmacro %}
{% macro default__each_from_to(first, last) -%}
explode(filter(sequence({{ first }}, greatest({{ first }}, {{ last }})), x -> x <= {{ last }}))
{%- endmacro %}


{#- Value of the row with the greatest `position`, where the value is not null. -#}
{% macro last_by(value, position) -%}
    {{ return(adapter.dispatch('last_by')(value, position)) }}
{%- endmacro %}
{% macro duckdb__last_by(value, position) -%}
arg_max({{ value }}, {{ position }})
{%- endmacro %}
{% macro default__last_by(value, position) -%}
max_by({{ value }}, case when {{ value }} is not null then {{ position }} end)
{%- endmacro %}


{#- Whether a DOUBLE is a number that can be reckoned with: neither null nor NaN nor infinite. -#}
{% macro is_number(value) -%}
    {{ return(adapter.dispatch('is_number')(value)) }}
{%- endmacro %}
{% macro duckdb__is_number(value) -%}
coalesce(isfinite({{ value }}), false)
{%- endmacro %}
{% macro default__is_number(value) -%}
coalesce(abs({{ value }}) < double('infinity'), false)
{%- endmacro %}


{#- Mean and standard deviation of windows joined to a bigger one, each weighted by its good seconds. -#}
{% macro weighted_mean(value, weight) -%}
sum({{ value }} * {{ weight }}) / nullif(sum(case when {{ value }} is not null then {{ weight }} end), 0)
{%- endmacro %}


{#-
    Standard deviation from the mean of squares and the mean; null stays null. The difference of the two carries
    no information below about 1e-12 of the mean square: such a spread, under a millionth of the mean, is zero.
-#}
{% macro spread(mean_square, mean) -%}
sqrt(case
    when {{ mean_square }} - power({{ mean }}, 2) < 1e-12 * {{ mean_square }} then 0
    else {{ mean_square }} - power({{ mean }}, 2)
end)
{%- endmacro %}


{#- Start of the UTC hour that holds the instant, whatever the zone of the session; much cheaper than date_trunc there. -#}
{% macro utc_hour(instant_at) -%}
{{ instant(window_no(micros(instant_at), 3600000000) ~ ' * 3600000000') }}
{%- endmacro %}

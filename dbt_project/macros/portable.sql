{#-
    Where SQL dialects differ: one dispatched macro each, so that models read the same on every target.
    duckdb__ is the locked target; default__ speaks Spark.
-#}
{% macro seconds_between(started_at, ended_at) -%}
    {{ return(adapter.dispatch('seconds_between')(started_at, ended_at)) }}
{%- endmacro %}
{% macro duckdb__seconds_between(started_at, ended_at) -%}
(epoch_us({{ ended_at }}) - epoch_us({{ started_at }})) / 1e6
{%- endmacro %}
{% macro default__seconds_between(started_at, ended_at) -%}
(unix_micros({{ ended_at }}) - unix_micros({{ started_at }})) / 1e6
{%- endmacro %}


{#-
    Local wall clock (TIMESTAMP) of a zone to an instant. In the fold the first reading counts, in the gap the clock moves on.
    DuckDB itself takes the second one: so the instant an hour earlier is asked, and half an hour earlier for Lord Howe's clock.
-#}
{% macro local_to_utc(local_ts, zone) -%}
    {{ return(adapter.dispatch('local_to_utc')(local_ts, zone)) }}
{%- endmacro %}
{% macro duckdb__local_to_utc(local_ts, zone) -%}
{%- set instant = "timezone(" ~ zone ~ ", " ~ local_ts ~ ")" -%}
case
    {%- for step in ["interval 1 hour", "interval 30 minutes"] %}
    when timezone({{ zone }}, {{ instant }} - {{ step }}) = {{ local_ts }} then {{ instant }} - {{ step }}
    {%- endfor %}
    else {{ instant }}
end
{%- endmacro %}
{% macro default__local_to_utc(local_ts, zone) -%}
to_utc_timestamp({{ local_ts }}, {{ zone }})
{%- endmacro %}


{#- An instant as the wall clock of a zone (TIMESTAMP). -#}
{% macro utc_to_local(instant, zone) -%}
    {{ return(adapter.dispatch('utc_to_local')(instant, zone)) }}
{%- endmacro %}
{% macro duckdb__utc_to_local(instant, zone) -%}
timezone({{ zone }}, {{ instant }})
{%- endmacro %}
{% macro default__utc_to_local(instant, zone) -%}
from_utc_timestamp({{ instant }}, {{ zone }})
{%- endmacro %}


{#- The last value that is not null, up to and with the current row. -#}
{% macro last_known(expression, partition_by, order_by) -%}
    {{ return(adapter.dispatch('last_known')(expression, partition_by, order_by)) }}
{%- endmacro %}
{% macro duckdb__last_known(expression, partition_by, order_by) -%}
last_value({{ expression }} ignore nulls) over (
    partition by {{ partition_by }} order by {{ order_by }} rows between unbounded preceding and current row
)
{%- endmacro %}
{% macro default__last_known(expression, partition_by, order_by) -%}
last_value({{ expression }}) ignore nulls over (
    partition by {{ partition_by }} order by {{ order_by }} rows between unbounded preceding and current row
)
{%- endmacro %}


{#- All dates from..to (both with) as one column `date_day`, for use in a from clause. -#}
{% macro dates_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('dates_between')(first_date, last_date)) }}
{%- endmacro %}
{% macro duckdb__dates_between(first_date, last_date) -%}
unnest(generate_series(cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval 1 day))
{%- endmacro %}
{% macro default__dates_between(first_date, last_date) -%}
explode(sequence(cast({{ first_date }} as timestamp), cast({{ last_date }} as timestamp), interval 1 day))
{%- endmacro %}


{#- Day of the week, Monday 1 to Sunday 7. -#}
{% macro iso_weekday(day) -%}
    {{ return(adapter.dispatch('iso_weekday')(day)) }}
{%- endmacro %}
{% macro duckdb__iso_weekday(day) -%}
isodow({{ day }})
{%- endmacro %}
{% macro default__iso_weekday(day) -%}
(pmod(datediff({{ day }}, date '1970-01-05'), 7) + 1)
{%- endmacro %}


{#- Whole days from the first date to the second. -#}
{% macro days_between(first_date, second_date) -%}
    {{ return(adapter.dispatch('days_between')(first_date, second_date)) }}
{%- endmacro %}
{% macro duckdb__days_between(first_date, second_date) -%}
cast({{ second_date }} - {{ first_date }} as integer)
{%- endmacro %}
{% macro default__days_between(first_date, second_date) -%}
datediff({{ second_date }}, {{ first_date }})
{%- endmacro %}


{#- A clock 'HH:MM' as the time since midnight. -#}
{% macro clock_interval(clock) -%}
    {{ return(adapter.dispatch('clock_interval')(clock)) }}
{%- endmacro %}
{% macro duckdb__clock_interval(clock) -%}
cast(trim({{ clock }}) || ':00' as interval)
{%- endmacro %}
{% macro default__clock_interval(clock) -%}
make_dt_interval(0, cast(split_part({{ clock }}, ':', 1) as int), cast(split_part({{ clock }}, ':', 2) as int))
{%- endmacro %}


{#- One row for each part of a text, in a select list; `separator` is an SQL literal. -#}
{% macro split_to_rows(text, separator) -%}
    {{ return(adapter.dispatch('split_to_rows')(text, separator)) }}
{%- endmacro %}
{% macro duckdb__split_to_rows(text, separator) -%}
unnest(string_split({{ text }}, {{ separator }}))
{%- endmacro %}
{% macro default__split_to_rows(text, separator) -%}
explode(split({{ text }}, concat('[', {{ separator }}, ']')))
{%- endmacro %}


{#- The instant a number of seconds (a literal or a column) after another. -#}
{% macro seconds_after(instant, seconds) -%}
{{ instant }} + ({{ seconds }}) * interval 1 second
{%- endmacro %}


{#- No instant: a null of its type. -#}
{% macro no_instant() -%}
    {{ return(adapter.dispatch('no_instant')()) }}
{%- endmacro %}
{% macro duckdb__no_instant() -%}
cast(null as timestamptz)
{%- endmacro %}
{% macro default__no_instant() -%}
cast(null as timestamp)
{%- endmacro %}


{#- After `as`: a CTE that is read several times is evaluated once. Spark keeps no CTE, and needs no word. -#}
{% macro once() -%}
    {{ return(adapter.dispatch('once')()) }}
{%- endmacro %}
{% macro duckdb__once() -%}
materialized
{%- endmacro %}
{% macro default__once() -%}
{%- endmacro %}

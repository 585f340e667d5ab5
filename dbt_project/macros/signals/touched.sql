{#-
    What fct_signal_minute has to recompute. Asked once, before the model runs, so that the model itself names the
    days as literals and opens no other file of the lake.

    Returns none for a full build, else a dict:
      watermark  newest `_source_ingested_at` in the table, as text
      dates      days that hold readings to be read, as texts; empty when nothing is new
      new_dates  days that new rows lie in
      signals    ids of signals to compute wholly: new in the dictionary, or another version of them
-#}
{% macro touched_readings() %}
    {% if not execute or not is_incremental() %}{{ return(none) }}{% endif %}
    {% set watermark = run_query(
        "select cast(max(_source_ingested_at) as string) from " ~ this
    ).columns[0].values()[0] %}
    {% if watermark is none %}{{ return(none) }}{% endif %}

    {% set candidates = signals_built_otherwise() %}
    {% set signals = [] %}
    {% if candidates %}
        {% set with_readings %}
            select distinct periods.signal_id
            from {{ ref('int_signals__reading') }} as readings
            inner join {{ ref('dim_signal_period') }} as periods on readings.tag = periods.source_tag
            where periods.signal_id in ({{ literals(candidates) }})
        {% endset %}
        {% do signals.extend(run_query(with_readings).columns[0].values()) %}
    {% endif %}

    {#- Days that the hours around new readings lie in, a longest gap to both sides, for what they join on to. -#}
    {% set days %}
        with new_days as (
            select
                readings.reading_date,
                min({{ micros('readings.reading_at') }} - dim_signal.max_gap_s * 1000000) as first_us,
                max({{ micros('readings.reading_at') }} + dim_signal.max_gap_s * 1000000) as last_us
            from {{ ref('int_signals__reading') }} as readings
            inner join {{ ref('dim_signal_period') }} as periods on readings.tag = periods.source_tag
            inner join {{ ref('dim_signal') }} as dim_signal on periods.signal_id = dim_signal.signal_id
            where readings._source_ingested_at > {{ utc_literal(watermark) }}
            group by readings.reading_date
        ),

        near_days as (
            select
                reading_date,
                {{ each_from_to(
                    window_no('cast(first_us as bigint) - 3600000000', 86400000000),
                    window_no('cast(last_us as bigint) + 3600000000', 86400000000)
                ) }} as day_no
            from new_days
        )

        select
            cast(reading_date as string) as new_date,
            cast(cast({{ instant('day_no * 86400000000') }} as date) as string) as near_date
        from near_days
    {% endset %}
    {% set found = run_query(days) %}
    {% if signals %}
        {% set every = run_query(
            "select distinct cast(reading_date as string) from " ~ ref('int_signals__reading')
        ).columns[0].values() | list %}
    {% endif %}
    {{ return({
        'watermark': watermark,
        'dates': every if signals else found.columns[1].values() | unique | sort | list,
        'new_dates': every if signals else found.columns[0].values() | unique | sort | list,
        'signals': signals,
    }) }}
{% endmacro %}


{#- Ids of the signals that this table does not hold in the dictionary's version, those without readings among them. -#}
{% macro signals_built_otherwise() %}
    {% set query %}
        select dim_signal.signal_id
        from {{ ref('dim_signal') }} as dim_signal
        left join (select distinct signal_key, _signal_version from {{ this }}) as built
            on
                dim_signal.signal_key = built.signal_key
                and dim_signal._signal_version = built._signal_version
        where built.signal_key is null
    {% endset %}
    {{ return(run_query(query).columns[0].values() | list) }}
{% endmacro %}


{#-
    Which minutes fct_signal_hour has to add up anew, asked before it runs: with literals it reads no others.

    Returns none for a full build, else a dict:
      watermark  newest `_source_ingested_at` in the table, as a literal
      first_at   hour of the first minute that is newer, as text; of long ago when nothing is new
      last_at    an hour after the last such minute
      signals    ids of signals to compute wholly: another version of them, or none, is in the table
-#}
{% macro touched_minutes() %}
    {% if not execute or not is_incremental() %}{{ return(none) }}{% endif %}
    {% set minutes, watermark = ref('fct_signal_minute'), newest_source_ingested_at(this) %}
    {% set candidates, signals = signals_built_otherwise(), [] %}
    {% if candidates %}
        {% do signals.extend(run_query(
            'select distinct signal_id from ' ~ minutes ~ ' where signal_id in (' ~ literals(candidates) ~ ')'
        ).columns[0].values()) %}
    {% endif %}
    {% set ends = run_query(
        'select cast(' ~ utc_hour('min(minute_at)') ~ ' as string), cast(max(minute_at) + interval 1 hour as string) from '
        ~ minutes ~ ' where _source_ingested_at > ' ~ watermark
    ).rows[0] %}
    {{ return({
        'watermark': watermark,
        'first_at': ends[0] or '1900-01-01 00:00:00',
        'last_at': ends[1] or '1900-01-01 00:00:00',
        'signals': signals,
    }) }}
{% endmacro %}


{#-
    The last hour in which all sites have readings, as text: from it on fct_sensor_health_day looks at minutes. Asked before the model
    runs, for a literal keeps it from reading those of the whole history.
-#}
{% macro last_read_hour() %}
    {%- set hours = load_relation(ref('fct_signal_hour')) if execute else none -%}
    {%- set last = run_query(
        'select cast(min(last_at) as string) from (select max(hour_at) as last_at from ' ~ hours
        ~ ' where reading_count > 0 group by site_code) as sites'
    ).columns[0].values()[0] if hours is not none -%}
    {{ return(last or '1900-01-01 00:00:00') }}
{% endmacro %}


{#- The CTEs `touched_hours` and `context_hours` (signal_no, hour_no), over the CTEs of signal_series(). -#}
{% macro touched_hours(touched, hour_us) -%}
-- Hours that a new reading can change: a longest gap before it (its line from the reading before) and after it.
touched_hours as (
    select distinct
        series.signal_no,
        {{ each_from_to(
            window_no(micros('readings.reading_at') ~ ' - series.gap_us', hour_us),
            window_no(micros('readings.reading_at') ~ ' + series.gap_us', hour_us)
        ) }} as hour_no
    from {{ ref('int_signals__reading') }} as readings
    inner join series on {{ read_in_series() }}
    where
        readings.reading_date in ({{ literals(touched.new_dates, 'date') }})
        and (
            readings._source_ingested_at > {{ utc_literal(touched.watermark) }}
            or series.signal_id in ({{ literals(touched.signals) }})
        )
),

-- Readings that decide about those hours: what lies in them and a longest gap around.
context_hours as (
    select distinct
        touched_hours.signal_no,
        {{ each_from_to(
            window_no('touched_hours.hour_no * ' ~ hour_us ~ ' - series.gap_us', hour_us),
            window_no('(touched_hours.hour_no + 1) * ' ~ hour_us ~ ' + series.gap_us', hour_us)
        ) }} as hour_no
    from touched_hours
    inner join series on touched_hours.signal_no = series.signal_no
)
{%- endmacro %}


{#- The (signal_no, hour_no) of one of these CTEs, for an IN. -#}
{% macro hours_of(cte) -%}
select signal_no, hour_no from {{ cte }}
{%- endmacro %}


{#- Texts as SQL literals of `type`, for an IN list; a list of nothing matches nothing. -#}
{% macro literals(texts, type='') -%}
    {%- for text in texts -%}
{{ type }}{{ ' ' if type }}'{{ text | replace("'", "''") }}'{{ ', ' if not loop.last }}
    {%- else -%}
null
    {%- endfor -%}
{%- endmacro %}


{#-
    Incremental strategy of the signal facts. A window is replaced by its new row; more readings never take a window
    away, so no other row can be stale, but for signals that the dictionary now describes otherwise: their rows of an
    earlier version go too. New rows lie between two instants, which are asked before: blocks before them are not read.
-#}
{% macro get_incremental_signal_window_sql(arg_dict) -%}
    {%- set target, new_rows = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    {%- set window_at = config.get('unique_key')[1] -%}
    {%- set ends = run_query(
        'select cast(min(' ~ window_at ~ ') as string), cast(max(' ~ window_at ~ ') as string) from ' ~ new_rows
    ).rows[0] -%}
delete from {{ target }} where {{ of_former_version() }};
{%- if ends[0] %}
delete from {{ target }}
where {{ window_at }} between {{ utc_literal(ends[0]) }} and {{ utc_literal(ends[1]) }} and {{ replaced_by(new_rows) }};
{%- endif %}
insert into {{ target }} ({{ columns }})
select {{ columns }} from {{ new_rows }};
{%- endmacro %}


{#- Which rows of the target the strategy takes away. -#}
{% macro stale_rows_of_signal_window(target_relation, new_rows) -%}
({{ replaced_by(new_rows) }} or {{ of_former_version() }})
{%- endmacro %}


{% macro replaced_by(new_rows) -%}
    {%- set keys = config.get('unique_key') | join(', ') -%}
({{ keys }}) in (select {{ keys }} from {{ new_rows }})
{%- endmacro %}


{% macro of_former_version() -%}
(signal_key, _signal_version) not in (select signal_key, _signal_version from {{ ref('dim_signal') }})
{%- endmacro %}

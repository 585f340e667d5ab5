{#-
    The CTE `energy_minutes`: the energy of each equipment and minute, from the CTE `energy_signals`; in an incremental build
    that of the hours of the CTE `touched`, from `since_at` on. Where counters of the equipment count they tell it,
    elsewhere power does, so that no energy is in twice.
-#}
{% macro energy_minutes(since_at) -%}
measured_minutes as (
    select
        minutes.equipment_id,
        minutes.site_code,
        minutes.minute_at,
        sum(minutes.counted_value) as counted_kwh,
        min(case when energy_signals.is_counter then minutes.good_s end) as counted_good_s,
        sum(case when not energy_signals.is_counter then minutes.mean_value * minutes.good_s / 3600 end)
            as drawn_kwh,
        min(case when not energy_signals.is_counter then minutes.good_s end) as drawn_good_s,
        max(greatest(minutes._source_ingested_at, energy_signals._dictionary_at)) as _source_ingested_at
    from {{ ref('fct_signal_minute') }} as minutes
    inner join energy_signals on minutes.signal_key = energy_signals.signal_key
    {%- if is_incremental() %}
    where
        minutes.minute_at >= {{ utc_literal(since_at) }}
        and (minutes.equipment_id, {{ utc_hour('minutes.minute_at') }}) in (select * from touched)
    {%- endif %}
    group by minutes.equipment_id, minutes.site_code, minutes.minute_at
),

energy_minutes as (
    select
        equipment_id,
        site_code,
        minute_at,
        coalesce(counted_kwh, drawn_kwh) as energy_kwh,
        case when counted_kwh is not null then counted_good_s else coalesce(drawn_good_s, 0) end as good_s,
        _source_ingested_at
    from measured_minutes
)
{%- endmacro %}


{#-
    The CTE `state_minutes`: for each equipment and minute the seconds of each use, a name with its time elements; in an
    incremental build from `since_at` on, a text.
-#}
{% macro state_minutes(uses, minute_us, since_at) -%}
interval_minutes as (
    select
        equipment_id,
        time_element,
        _source_ingested_at,
        {{ micros('started_at') }} as started_us,
        {{ micros('ended_at') }} as ended_us,
        {{ each_from_to(
            window_no(micros('started_at'), minute_us), window_no(micros('ended_at') ~ ' - 1', minute_us)
        ) }} as minute_no
    from {{ ref('fct_state_interval') }}
    {%- if is_incremental() %}
    where ended_at > {{ utc_literal(since_at) }}
    {%- endif %}
),

state_minutes as (
    select
        equipment_id,
        {{ instant('minute_no * ' ~ minute_us) }} as minute_at,
        {%- for use, elements in uses.items() %}
        {{ seconds_in_window(elements, 'minute_no', minute_us) }} as {{ use }}_s,
        {%- endfor %}
        max(_source_ingested_at) as _source_ingested_at
    from interval_minutes
    group by equipment_id, minute_no
)
{%- endmacro %}

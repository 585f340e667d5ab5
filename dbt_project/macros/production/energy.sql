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

{#- The CTE `micro_stops`: short stops of an equipment by the UTC hour that they end in, from its intervals of states. -#}
{% macro micro_stops_by_hour(intervals) -%}
-- Stretches of one state follow each other over shift borders: together they are one stop.
marked as (
    select
        *,
        case
            when lag(state) over timeline = state and lag(ended_at) over timeline = started_at then 0
            else 1
        end as is_new
    from {{ intervals }}
    window timeline as (partition by equipment_id order by started_at)
),

numbered as (
    select
        *,
        sum(is_new) over (partition by equipment_id order by started_at) as stop_no
    from marked
),

stops as (
    select
        equipment_id,
        max(ended_at) as ended_at,
        sum(duration_s) as stop_s
    from numbered
    where time_element = 'adet'
    group by equipment_id, stop_no
),

-- A stop is known to be a short one when it is over, so it counts in the hour of its end.
micro_stops as (
    select
        equipment_id,
        {{ utc_hour('ended_at') }} as hour_at,
        count(*) as micro_stop_count
    from stops
    where stop_s <= {{ production_parameter('micro_stop_s') }}
    group by equipment_id, {{ utc_hour('ended_at') }}
)
{%- endmacro %}

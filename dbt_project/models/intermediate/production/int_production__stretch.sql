{{ config(materialized='table') }}

{#- A day around the touched ones: a stop or run that reaches beyond is longer than any threshold. -#}
{%- set reach_s = 86400 + production_parameter('micro_stop_s') + production_parameter('minimum_run_s') %}
{%- set seen_until = seen_by_all([
    ['core', 'fct_state_interval'], ['intermediate', 'int_production__counter_delta']
]) %}

with horizons as (
    select * from {{ ref('int_production__horizon') }}
),

touched as (
    select
        slots.equipment_id,
        {{ seconds_after('min(slots.started_at)', -reach_s) }} as from_at,
        {{ seconds_after('max(slots.ended_at)', reach_s) }} as until_at
    from {{ ref('int_production__touched_day') }} as days
    inner join {{ ref('int_production__equipment_slot') }} as slots
        on days.equipment_id = slots.equipment_id and days.production_day = slots.production_day
    where days._source_ingested_at > {{ utc_literal(seen_until or '1900-01-01 00:00:00') }}
    group by slots.equipment_id
),

stretches as (
    select
        horizons.equipment_id,
        {%- if seen_until %}
        greatest(horizons.first_at, touched.from_at) as from_at,
        least(horizons.last_at, touched.until_at) as until_at,
        {%- else %}
        horizons.first_at as from_at,
        horizons.last_at as until_at,
        {%- endif %}
        horizons.last_at
    from horizons
    {{ 'inner' if seen_until else 'left' }} join touched on horizons.equipment_id = touched.equipment_id
),

holding as (
    -- what held when the stretch began: each feed's last state, those that ended later, the last counters
    select
        stretches.equipment_id,
        least(
            max(case when states.changed_at <= stretches.from_at then states.changed_at end),
            min(case when states.ended_at > stretches.from_at then states.changed_at end)
        ) as since_at
    from stretches
    inner join {{ ref('int_production__machine_state') }} as states
        on stretches.equipment_id = states.equipment_id
    group by stretches.equipment_id, states.source_system
    union all
    select
        stretches.equipment_id,
        max(counters.counted_at) as since_at
    from stretches
    inner join {{ ref('int_production__counter') }} as counters
        on stretches.equipment_id = counters.equipment_id and stretches.from_at >= counters.counted_at
    group by stretches.equipment_id
),

begun as (
    select
        equipment_id,
        min(since_at) as since_at
    from holding
    group by equipment_id
)

select
    stretches.equipment_id,
    least(begun.since_at, stretches.from_at) as since_at,
    stretches.from_at,
    stretches.until_at,
    stretches.last_at,
    {{ 'false' if seen_until else 'true' }} as is_whole
from stretches
left join begun on stretches.equipment_id = begun.equipment_id

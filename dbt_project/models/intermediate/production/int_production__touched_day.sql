{{ config(materialized='table') }}

{%- set reach_s = production_parameter('micro_stop_s') + production_parameter('minimum_run_s') %}

with {{ touched_rows_and_around() }},

slots as (
    select * from {{ ref('int_production__equipment_slot') }}
),

feeds as (
    select distinct
        equipment_id,
        source_system
    from states
),

timeline as (
    -- each feed holds its states by itself, so its neighbours are its own
    select
        touched_rows.equipment_id,
        coalesce(feeds.source_system, '') as source_system,
        touched_rows.touched_at as instant_at,
        touched_rows.touched_until,
        'touched' as kind,
        touched_rows._source_ingested_at
    from touched_rows
    left join feeds on touched_rows.equipment_id = feeds.equipment_id
    union all
    select
        equipment_id,
        source_system,
        changed_at as instant_at,
        {{ no_instant() }} as touched_until,
        'state' as kind,
        {{ no_instant() }} as _source_ingested_at
    from states
    union all
    select
        counters.equipment_id,
        coalesce(feeds.source_system, '') as source_system,
        counters.counted_at as instant_at,
        {{ no_instant() }} as touched_until,
        'counter' as kind,
        {{ no_instant() }} as _source_ingested_at
    from counters
    left join feeds on counters.equipment_id = feeds.equipment_id
),

instants as (
    select
        equipment_id,
        source_system,
        instant_at,
        max(case when kind = 'state' then instant_at end) as state_at,
        max(case when kind = 'counter' then instant_at end) as counter_at,
        max(touched_until) as touched_until,
        max(_source_ingested_at) as _source_ingested_at
    from timeline
    group by 1, 2, 3
),

reaches as (
    -- an instant changes what reaches it from before and what reaches from it to the next one, or to the end
    select
        equipment_id,
        _source_ingested_at,
        {{ seconds_after(
            'least(instant_at, max(state_at) over before, max(counter_at) over before)', -reach_s
        ) }} as from_at,
        {{ seconds_after(
            'greatest(instant_at, touched_until, min(counter_at) over behind, '
            ~ 'coalesce(min(state_at) over behind, max(instant_at) over behind))',
            reach_s
        ) }} as until_at
    from instants
    window
        before as (
            partition by equipment_id, source_system
            order by instant_at rows between unbounded preceding and 1 preceding
        ),
        behind as (
            partition by equipment_id, source_system
            order by instant_at rows between 1 following and unbounded following
        )
),

touched_days as (
    select
        reaches.equipment_id,
        slots.production_day,
        reaches._source_ingested_at
    from reaches
    inner join slots
        on
            reaches.equipment_id = slots.equipment_id
            and reaches.until_at >= slots.started_at
            and reaches.from_at <= slots.ended_at
    where reaches._source_ingested_at is not null
    union all
    select
        slots.equipment_id,
        slots.production_day,
        configurations._source_ingested_at
    from slots
    cross join {{ ref('int_production__configuration') }} as configurations
    union all
    select
        equipment_id,
        production_day,
        _source_ingested_at
    from {{ ref('int_production__vanished_day') }}
)

select * from touched_days
{% if flags.FULL_REFRESH %}where 1 = 0{% endif %}  -- a full build asks nobody which days were touched

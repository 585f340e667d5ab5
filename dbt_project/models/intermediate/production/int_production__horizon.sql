with events as (
    select * from {{ ref('int_production__machine_state') }}
),

counters as (
    select * from {{ ref('int_production__counter') }}
),

signs_of_life as (
    select
        equipment_id,
        changed_at as first_at,
        coalesce(ended_at, changed_at) as last_at
    from events
    union all
    select
        equipment_id,
        counted_at as first_at,
        counted_at as last_at
    from counters
),

horizons as (
    select
        equipment_id,
        min(first_at) as first_at,
        max(last_at) as last_at
    from signs_of_life
    group by 1
)

select * from horizons

with events as (
    select * from {{ ref('int_production__machine_state') }}
),

counters as (
    select * from {{ ref('int_production__counter') }}
),

signs_of_life as (
    select
        equipment_id,
        changed_at,
        changed_at as seen_at
    from events
    union all
    select
        equipment_id,
        null as changed_at,
        counted_at as seen_at
    from counters
),

horizons as (
    select
        equipment_id,
        min(changed_at) as first_at,
        max(seen_at) as last_at
    from signs_of_life
    group by 1
)

select * from horizons
where first_at is not null

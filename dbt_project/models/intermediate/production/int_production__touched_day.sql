with touched_instants as (
    select
        equipment_id,
        touched_at,
        _source_ingested_at
    from {{ ref('int_production__touched_instant') }}
),

states as (
    select * from {{ ref('int_production__machine_state') }}
),

counters as (
    select * from {{ ref('int_production__counter') }}
),

operations as (
    select * from {{ ref('int_production__operation') }}
),

slots as (
    select * from {{ ref('int_production__equipment_slot') }}
),

configurations as (
    select max(_source_ingested_at) as _source_ingested_at from {{ ref('int_production__configuration') }}
),

timeline as (
    select
        equipment_id,
        touched_at as instant_at,
        'touched' as kind,
        _source_ingested_at
    from touched_instants
    union all
    -- a new planned run time changes what was made with it
    select
        counters.equipment_id,
        counters.counted_at as instant_at,
        'touched' as kind,
        operations._source_ingested_at
    from counters
    inner join operations on counters.order_id || '-' || counters.operation_no = operations.operation_id
    union all
    select
        equipment_id,
        changed_at as instant_at,
        'state' as kind,
        null as _source_ingested_at
    from states
    union all
    select
        equipment_id,
        counted_at as instant_at,
        'counter' as kind,
        null as _source_ingested_at
    from counters
),

instants as (
    select
        equipment_id,
        instant_at,
        max(case when kind = 'state' then instant_at end) as state_at,
        max(case when kind = 'counter' then instant_at end) as counter_at,
        max(_source_ingested_at) as _source_ingested_at
    from timeline
    group by 1, 2
),

reaches as (
    -- a new instant changes what reaches it from before, and what reaches from it to the next one
    select
        equipment_id,
        _source_ingested_at,
        instant_at,
        max(state_at) over (
            partition by equipment_id order by instant_at rows between unbounded preceding and 1 preceding
        ) as previous_state_at,
        min(state_at) over (
            partition by equipment_id order by instant_at rows between 1 following and unbounded following
        ) as next_state_at,
        min(counter_at) over (
            partition by equipment_id order by instant_at rows between 1 following and unbounded following
        ) as next_counter_at
    from instants
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
            and slots.started_at
            <= greatest(reaches.instant_at, reaches.next_state_at, reaches.next_counter_at)
            and slots.ended_at >= coalesce(reaches.previous_state_at, reaches.instant_at)
    where reaches._source_ingested_at is not null
    union all
    select
        slots.equipment_id,
        slots.production_day,
        configurations._source_ingested_at
    from slots
    cross join configurations
)

select * from touched_days

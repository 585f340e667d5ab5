with state_versions as (
    select * from {{ ref('stg_mes__machine_states__history') }}
),

states as (
    select * from {{ ref('stg_mes__machine_states') }}
),

reasons as (
    select * from {{ ref('stg_mes__downtime_reasons') }}
),

counters as (
    select * from {{ ref('stg_mes__counters') }}
),

machines as (
    select distinct
        site_code,
        equipment_code,
        equipment_id
    from {{ ref('int_master__equipment') }}
    where site_code = {{ source_site('mes') }}
),

named as (
    -- an event that was moved touches its old place as well, as of the delivery that moved it
    select
        state_versions.equipment_code,
        state_versions.changed_at as touched_at,
        greatest(state_versions._ingested_at, states._ingested_at) as _ingested_at
    from state_versions
    left join states on state_versions.event_id = states.event_id
    union all
    select
        states.equipment_code,
        states.changed_at as touched_at,
        reasons._ingested_at
    from reasons
    inner join states on reasons.event_id = states.event_id
    union all
    select
        equipment_code,
        counted_at as touched_at,
        _ingested_at
    from counters
),

identified as (
    select
        machines.equipment_id,
        named.touched_at,
        {{ no_instant() }} as touched_until,
        named._ingested_at as _source_ingested_at
    from named
    inner join machines on named.equipment_code = machines.equipment_code
)

select * from identified

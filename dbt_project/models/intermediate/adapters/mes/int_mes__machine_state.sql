with events as (
    select * from {{ ref('stg_mes__machine_states') }}
),

machines as (
    select distinct
        site_code,
        equipment_code,
        equipment_id
    from {{ ref('int_master__equipment') }}
    where site_code = {{ source_site('mes') }}
),

identified as (
    select
        {{ site_id('machines.site_code', 'events.event_id') }} as state_event_id,
        machines.site_code,
        machines.equipment_id,
        events.changed_at,
        {{ no_instant() }} as ended_at,
        events.state,
        cast(null as string) as mode,
        true as reports_orders,
        {{ site_id('machines.site_code', 'events.order_no') }} as order_id,
        events.operation_no,
        events.material_id,
        events._ingested_at as _source_ingested_at
    from events
    inner join machines on events.equipment_code = machines.equipment_code
)

select * from identified

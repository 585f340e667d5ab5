with reasons as (
    select * from {{ ref('stg_mes__downtime_reasons') }}
),

events as (
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
        {{ site_id('machines.site_code', 'reasons.event_id') }} as state_event_id,
        {{ site_id('machines.site_code', 'reasons.reason_code') }} as reason_id,
        reasons.entered_at,
        reasons.note,
        reasons._ingested_at as _source_ingested_at
    from reasons
    inner join events on reasons.event_id = events.event_id
    inner join machines on events.equipment_code = machines.equipment_code
)

select * from identified

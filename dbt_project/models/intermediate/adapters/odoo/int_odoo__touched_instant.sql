with versions as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity__history') }}
),

entries as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity') }}
),

work_centres as (
    select * from {{ ref('int_odoo__work_centre') }}
    where equipment_id is not null
),

named as (
    -- an entry that was moved touches its old place as well, as of the delivery that moved it
    select
        versions.workcenter_id,
        versions.started_at,
        versions.ended_at,
        greatest(versions._ingested_at, entries._ingested_at) as _ingested_at
    from versions
    left join entries on versions.workcenter_productivity_id = entries.workcenter_productivity_id
)

select
    work_centres.equipment_id,
    named.started_at as touched_at,
    named.ended_at as touched_until,
    named._ingested_at as _source_ingested_at
from named
inner join work_centres on named.workcenter_id = work_centres.workcenter_id

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
),

instants as (
    select
        workcenter_id,
        started_at as touched_at,
        _ingested_at
    from named
    union all
    select
        workcenter_id,
        ended_at as touched_at,
        _ingested_at
    from named
    where ended_at is not null
)

select
    work_centres.equipment_id,
    instants.touched_at,
    instants._ingested_at as _source_ingested_at
from instants
inner join work_centres on instants.workcenter_id = work_centres.workcenter_id

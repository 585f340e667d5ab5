-- The log holds what people or terminals entered. Where nobody did, the state is NO_LOG.
with entries as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity') }}
),

losses as (
    select * from {{ ref('stg_odoo__mrp_workcenter_productivity_loss') }}
),

work_centres as (
    select * from {{ ref('int_odoo__work_centre') }}
    where equipment_id is not null
),

work_orders as (
    select * from {{ ref('int_odoo__work_order') }}
),

described as (
    select
        {{ site_id('work_centres.site_code', padded('entries.workcenter_productivity_id')) }}
            as state_event_id,
        work_centres.site_code,
        work_centres.equipment_id,
        entries.started_at,
        entries.ended_at,
        losses.reason_name as state,
        work_orders.order_id,
        work_orders.operation_no,
        work_orders.material_id,
        lead(entries.started_at) over by_time as next_started_at,
        entries._ingested_at,
        greatest(entries._ingested_at, lead(entries._ingested_at) over by_time) as gap_ingested_at
    from entries
    inner join work_centres on entries.workcenter_id = work_centres.workcenter_id
    left join losses on entries.loss_id = losses.loss_id
    left join work_orders on entries.workorder_id = work_orders.workorder_id
    window by_time as (
        partition by entries.workcenter_id order by entries.started_at, entries.workcenter_productivity_id
    )
)

select
    state_event_id,
    site_code,
    equipment_id,
    started_at as changed_at,
    state,
    order_id,
    operation_no,
    material_id,
    _ingested_at as _source_ingested_at
from described
union all
select
    state_event_id || '-END' as state_event_id,
    site_code,
    equipment_id,
    ended_at as changed_at,
    'NO_LOG' as state,
    null as order_id,
    null as operation_no,
    null as material_id,
    gap_ingested_at as _source_ingested_at
from described
where ended_at is not null and (next_started_at is null or next_started_at > ended_at)

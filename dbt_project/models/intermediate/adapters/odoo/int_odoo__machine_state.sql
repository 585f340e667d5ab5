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
)

select
    {{ site_id('work_centres.site_code', padded('entries.workcenter_productivity_id')) }} as state_event_id,
    work_centres.site_code,
    work_centres.equipment_id,
    entries.started_at as changed_at,
    entries.ended_at,
    losses.reason_name as state,
    null as mode,
    true as reports_orders,
    work_orders.order_id,
    work_orders.operation_no,
    work_orders.material_id,
    entries._ingested_at as _source_ingested_at
from entries
inner join work_centres on entries.workcenter_id = work_centres.workcenter_id
left join losses on entries.loss_id = losses.loss_id
left join work_orders on entries.workorder_id = work_orders.workorder_id

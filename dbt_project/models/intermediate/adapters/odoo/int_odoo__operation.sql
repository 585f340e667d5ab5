with work_orders as (
    select * from {{ ref('int_odoo__work_order') }}
),

work_centres as (
    select * from {{ ref('int_odoo__work_centre') }}
),

routing as (
    select * from {{ ref('stg_odoo__mrp_routing_workcenter') }}
),

timed as (
    -- Odoo expects setup + cycles * cycle time * 100 / efficiency, in minutes
    select
        work_orders.*,
        work_centres.site_code,
        work_centres.work_centre_id,
        work_centres.work_centre_name,
        routing.cycle_min * 60 * 100 / nullif(work_centres.time_efficiency_pct, 0) as pri_s,
        routing._ingested_at
    from work_orders
    inner join work_centres on work_orders.workcenter_id = work_centres.workcenter_id
    left join routing on work_orders.routing_operation_id = routing.operation_id
)

select
    order_id || '-' || operation_no as operation_id,
    order_id,
    site_code,
    operation_no,
    operation_name,
    work_centre_id,
    work_centre_name,
    planned_qty,
    pri_s,
    greatest(0, expected_duration_min * 60 - cast(planned_qty as double) * pri_s) as planned_setup_s,
    null as planned_cost,
    null as actual_cost,
    {{ rounded_hours('duration_min * 60') }} as actual_resource_h,
    null as scheduled_started_at,
    null as scheduled_ended_at,
    case when workorder_state in ('progress', 'done') then started_at end as actual_started_at,
    case when workorder_state = 'done' then finished_at end as actual_ended_at,
    greatest(_source_ingested_at, _ingested_at) as _source_ingested_at
from timed

-- Odoo confirms on the work order itself. It keeps no rework: reworked pieces are in the yield.
with work_orders as (
    select * from {{ ref('int_odoo__work_order') }}
),

work_centres as (
    select * from {{ ref('int_odoo__work_centre') }}
),

state_map as (
    select * from {{ ref('stg_plant__state_map') }}
    where source_system = 'odoo'
),

logged as (
    select
        entries.workorder_id,
        sum(case when state_map.time_element = 'aust' then entries.duration_min * 60 else 0 end) as setup_s,
        sum(case when state_map.time_element = 'apt' then entries.duration_min * 60 else 0 end) as run_s,
        -- of several persons none is named
        case when min(entries.user_code) = max(entries.user_code) then min(entries.user_code) end
            as user_code,
        max(entries._ingested_at) as _ingested_at
    from {{ ref('stg_odoo__mrp_workcenter_productivity') }} as entries
    inner join {{ ref('stg_odoo__mrp_workcenter_productivity_loss') }} as losses
        on entries.loss_id = losses.loss_id
    left join state_map on losses.reason_name = state_map.state
    where entries.workorder_id is not null
    group by entries.workorder_id
),

scrapped as (
    select
        scraps.workorder_id,
        sum({{ in_base_unit('scraps.scrap_qty', 'units') }}) as scrap_qty,
        max(scraps._ingested_at) as _ingested_at
    from {{ ref('stg_odoo__stock_scrap') }} as scraps
    left join {{ ref('int_odoo__unit_factor') }} as units
        on scraps.product_id = units.product_id and scraps.uom_id = units.uom_id
    where scraps.scrap_state = 'done' and scraps.workorder_id is not null
    group by scraps.workorder_id
),

confirmed as (
    select
        {{ site_id('work_centres.site_code', 'cast(work_orders.workorder_id as string)') }}
            as confirmation_id,
        work_centres.site_code,
        work_orders.order_id,
        work_orders.order_id || '-' || work_orders.operation_no as operation_id,
        work_orders.operation_no,
        work_centres.work_centre_id,
        cast({{ utc_to_local('coalesce(work_orders.finished_at, work_orders.changed_at)',
            source_site('odoo', 'timezone')) }} as date) as posting_date,
        work_orders.started_at,
        work_orders.finished_at as ended_at,
        work_orders.quantity_unit,
        work_orders.produced_qty as yield_qty,
        coalesce(scrapped.scrap_qty, 0) as scrap_qty,
        0 as rework_qty,
        {{ site_id('work_centres.site_code', 'logged.user_code') }} as employee_id,
        null as scrap_reason_id,
        coalesce(logged.setup_s, 0) as setup_s,
        coalesce(logged.run_s, 0) as run_s,
        false as is_cancelled,
        null as cancels_confirmation_id,
        greatest(work_orders._source_ingested_at, logged._ingested_at, scrapped._ingested_at)
            as _source_ingested_at
    from work_orders
    inner join work_centres on work_orders.workcenter_id = work_centres.workcenter_id
    left join logged on work_orders.workorder_id = logged.workorder_id
    left join scrapped on work_orders.workorder_id = scrapped.workorder_id
    where work_orders.workorder_state in ('progress', 'done')
)

select * from confirmed

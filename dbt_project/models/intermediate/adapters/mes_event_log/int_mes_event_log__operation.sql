-- An activity of an order is its operation; its machine is named where there was only one.
{% set site = source_site('mes_event_log') %}
with operations as (
    select
        order_no,
        operation_no,
        case when count(distinct equipment_code) = 1 then min(equipment_code) end as equipment_code,
        max(order_qty) as planned_qty,
        sum(duration_s) as duration_s,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_mes_event_log__reports') }}
    group by 1, 2
)

select
    {{ site_id(site, 'order_no') }} || '-' || operation_no as operation_id,
    {{ site_id(site, 'order_no') }} as order_id,
    {{ site }} as site_code,
    operation_no,
    operation_no as operation_name,
    {{ site_id(site, 'equipment_code') }} as work_centre_id,
    equipment_code as work_centre_name,
    planned_qty,
    cast(null as double) as pri_s,
    cast(null as double) as planned_setup_s,
    cast(null as decimal(18, 4)) as planned_cost,
    cast(null as decimal(18, 4)) as actual_cost,
    {{ rounded_hours('duration_s') }} as actual_resource_h,
    null as scheduled_started_at,
    null as scheduled_ended_at,
    started_at as actual_started_at,
    ended_at as actual_ended_at,
    _ingested_at as _source_ingested_at
from operations

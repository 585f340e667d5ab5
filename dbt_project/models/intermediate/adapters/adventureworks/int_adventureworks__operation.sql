-- Dates without a time of day become local midnight of the site, so that they read there as in the ERP.
{% set site = source_site('adventureworks') %}
{% set zone = source_site('adventureworks', 'timezone') %}
with routings as (
    select * from {{ ref('stg_adventureworks__work_order_routing') }}
),

orders as (
    select * from {{ ref('stg_adventureworks__work_order') }}
),

locations as (
    select * from {{ ref('stg_adventureworks__location') }}
)

select
    {{ site_id(site, 'routings.work_order_id') }} || '-' || routings.operation_no as operation_id,
    {{ site_id(site, 'routings.work_order_id') }} as order_id,
    {{ site }} as site_code,
    routings.operation_no,
    locations.location_name as operation_name,
    {{ site_id(site, 'routings.location_id') }} as work_centre_id,
    locations.location_name as work_centre_name,
    orders.order_qty as planned_qty,
    cast(null as double) as pri_s,
    cast(null as double) as planned_setup_s,
    routings.planned_cost,
    routings.actual_cost,
    routings.actual_resource_h,
    {{ local_to_utc('cast(routings.scheduled_start_date as timestamp)', zone) }} as scheduled_started_at,
    {{ local_to_utc('cast(routings.scheduled_end_date as timestamp)', zone) }} as scheduled_ended_at,
    {{ local_to_utc('cast(routings.actual_start_date as timestamp)', zone) }} as actual_started_at,
    {{ local_to_utc('cast(routings.actual_end_date as timestamp)', zone) }} as actual_ended_at,
    routings._ingested_at as _source_ingested_at
from routings
left join orders on routings.work_order_id = orders.work_order_id
left join locations on routings.location_id = locations.location_id

-- A report is a confirmation: reworked pieces are no yield at first pass, those for the review board scrap.
{% set site = source_site('mes_event_log') %}
{% set zone = source_site('mes_event_log', 'timezone') %}
select
    {{ site_id(site, 'order_no') }} || '-' || cast(event_no as string) as confirmation_id,
    {{ site }} as site_code,
    {{ site_id(site, 'order_no') }} as order_id,
    {{ site_id(site, 'order_no') }} || '-' || operation_no as operation_id,
    operation_no,
    {{ site_id(site, 'equipment_code') }} as work_centre_id,
    cast({{ utc_to_local('ended_at', zone) }} as date) as posting_date,
    started_at,
    ended_at,
    'PCE' as quantity_unit,
    case when is_rework then 0 else completed_qty end as yield_qty,
    mrb_qty as scrap_qty,
    case when is_rework then completed_qty else 0 end as rework_qty,
    {{ site_id(site, 'employee_code') }} as employee_id,
    cast(null as string) as scrap_reason_id,
    case when report_type = 'S' then duration_s else 0 end as setup_s,
    case when report_type = 'D' then duration_s else 0 end as run_s,
    false as is_cancelled,
    cast(null as string) as cancels_confirmation_id,
    _ingested_at as _source_ingested_at
from {{ ref('stg_mes_event_log__reports') }}

{% set site = source_site('mes_event_log') %}
{% set zone = source_site('mes_event_log', 'timezone') %}
with orders as (
    select
        order_no,
        min(material_id) as material_id,
        max(order_qty) as ordered_qty,
        sum(mrb_qty) as scrapped_qty,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_mes_event_log__reports') }}
    group by 1
)

select
    {{ site_id(site, 'order_no') }} as order_id,
    {{ site }} as site_code,
    order_no,
    'production' as order_type,
    material_id,
    'PCE' as quantity_unit,
    ordered_qty,
    cast(null as decimal(18, 4)) as received_qty,
    scrapped_qty,
    cast(null as string) as scrap_reason_id,
    cast(null as date) as created_date,
    cast(null as date) as planned_start_date,
    cast(null as date) as due_date,
    cast({{ utc_to_local('started_at', zone) }} as date) as actual_start_date,
    cast({{ utc_to_local('ended_at', zone) }} as date) as actual_end_date,
    _ingested_at as _source_ingested_at
from orders

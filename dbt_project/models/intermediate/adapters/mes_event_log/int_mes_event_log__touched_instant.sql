-- A version of a report touches the time that it covers, its former place too.
{% set site = source_site('mes_event_log') %}
select
    {{ site_id(site, 'versions.equipment_code') }} as equipment_id,
    versions.started_at as touched_at,
    versions.ended_at as touched_until,
    greatest(versions._ingested_at, reports._ingested_at) as _source_ingested_at
from {{ ref('stg_mes_event_log__reports__history') }} as versions
inner join {{ ref('stg_mes_event_log__reports') }} as reports
    on versions.order_no = reports.order_no and versions.event_no = reports.event_no

{%- set duration_us = 'cast(round(requests.duration_h * 3600) as bigint) * 1000000' %}
-- A breakdown begins with its request and lasts for the request's duration. A corrective request that was
-- closed without duration did not stop the machine.
with requests as (
    select
        *,
        maintenance_type = 'corrective' and (closed_date is null or duration_h > 0) as is_breakdown,
        case when maintenance_type = 'preventive' then coalesce(scheduled_at, created_at) else created_at end
            as begun_at
    from {{ ref('stg_odoo__maintenance_request') }}
),

maintained as (
    select * from {{ ref('stg_odoo__maintenance_equipment') }}
),

work_centres as (
    select * from {{ ref('int_odoo__work_centre') }}
    where equipment_id is not null
)

select
    work_centres.site_code,
    {{ site_id('work_centres.site_code', 'cast(requests.request_id as string)') }} as notification_id,
    cast(requests.request_id as string) as notification_no,
    work_centres.equipment_id,
    null as maintenance_order_id,
    requests.maintenance_type as notification_type,
    requests.request_text as notification_text,
    requests.priority,
    requests.requested_date as notification_date,
    requests.closed_date as completed_date,
    requests.is_breakdown,
    case when requests.is_breakdown or requests.maintenance_type = 'preventive' then requests.begun_at end
        as malfunction_started_at,
    case
        when requests.closed_date is not null and requests.duration_h > 0
            then {{ instant(micros('requests.begun_at') ~ ' + ' ~ duration_us) }}
    end as malfunction_ended_at,
    null as failure_mode_code,
    requests._ingested_at as _source_ingested_at
from requests
inner join maintained on requests.maintenance_equipment_id = maintained.maintenance_equipment_id
inner join work_centres on maintained.workcenter_id = work_centres.workcenter_id

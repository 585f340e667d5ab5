-- Reports on one machine overlap: at each start or end, production comes before breakdown, that before setup.
{% set site = source_site('mes_event_log') %}
with reports as (
    select
        *,
        case report_type when 'D' then 1 when 'B' then 2 when 'S' then 3 end as precedence
    from {{ ref('stg_mes_event_log__reports') }}
    where ended_at > started_at
),

instants as (
    select
        equipment_code,
        started_at as changed_at
    from reports
    union
    select
        equipment_code,
        ended_at as changed_at
    from reports
),

said as (
    select
        instants.equipment_code,
        instants.changed_at,
        reports.report_type,
        reports.order_no,
        reports.operation_no,
        reports.material_id,
        reports._ingested_at,
        row_number() over (
            partition by instants.equipment_code, instants.changed_at
            order by
                reports.precedence asc, reports.started_at desc, reports.order_no asc, reports.event_no asc
        ) as said_rank
    from instants
    left join reports
        on
            instants.equipment_code = reports.equipment_code
            and instants.changed_at >= reports.started_at
            and instants.changed_at < reports.ended_at
),

slices as (
    select
        *,
        lead(changed_at) over (partition by equipment_code order by changed_at) as ended_at
    from said
    where said_rank = 1
)

select
    {{ site_id(site, 'equipment_code') }} || '-' || cast({{ micros('changed_at') }} as string)
        as state_event_id,
    {{ site }} as site_code,
    {{ site_id(site, 'equipment_code') }} as equipment_id,
    changed_at,
    ended_at,
    case report_type when 'D' then 'RUN' when 'B' then 'BREAKDOWN' when 'S' then 'SETUP' end as state,
    cast(null as string) as mode,
    true as reports_orders,
    {{ site_id(site, 'order_no') }} as order_id,
    operation_no,
    material_id,
    _ingested_at as _source_ingested_at
from slices
where report_type is not null

-- What a segment produced is its yield, in the unit of its first quantity. B2MML has no word for scrap.
{% set site = source_site('b2mml') %}
{% set zone = source_site('b2mml', 'timezone') %}
with segments as (
    select * from {{ ref('int_b2mml__segment') }}
),

produced as (
    select
        response_id,
        segment_code,
        min(quantity_unit) as quantity_unit,
        sum(quantity) as yield_qty,
        max(_ingested_at) as _ingested_at
    from {{ ref('int_b2mml__material_move') }}
    where direction = 1 and quantity_no = 1 and lower(material_use) not like 'by-product%'
    group by 1, 2
),

equipment as (
    select
        _source_file,
        response_id,
        coalesce(segment_response_id, process_segment_id) as segment_code,
        min(equipment_id) as equipment_code
    from {{ ref('stg_b2mml__equipment_actuals') }}
    group by 1, 2, 3
),

-- of several persons none is named
persons as (
    select
        _source_file,
        response_id,
        coalesce(segment_response_id, process_segment_id) as segment_code,
        case when min(person_code) = max(person_code) then min(person_code) end as employee_code
    from {{ ref('stg_b2mml__personnel_actuals') }}
    group by 1, 2, 3
)

select
    {{ site_id(site, 'segments.response_id') }} || '-' || segments.segment_code as confirmation_id,
    {{ site }} as site_code,
    {{ site_id(site, 'segments.order_no') }} as order_id,
    {{ site_id(site, 'segments.order_no') }} || '-' || segments.operation_no as operation_id,
    segments.operation_no,
    {{ site_id(site, 'equipment.equipment_code') }} as work_centre_id,
    cast({{ utc_to_local('segments.posted_at', zone) }} as date) as posting_date,
    segments.started_at,
    segments.ended_at,
    produced.quantity_unit,
    coalesce(produced.yield_qty, 0) as yield_qty,
    0 as scrap_qty,
    0 as rework_qty,
    {{ site_id(site, 'persons.employee_code') }} as employee_id,
    cast(null as string) as scrap_reason_id,
    cast(null as double) as setup_s,
    {{ seconds_between('segments.started_at', 'segments.ended_at') }} as run_s,
    false as is_cancelled,
    cast(null as string) as cancels_confirmation_id,
    greatest(segments._ingested_at, produced._ingested_at) as _source_ingested_at
from segments
left join produced
    on segments.response_id = produced.response_id and segments.segment_code = produced.segment_code
left join equipment
    on
        segments.response_id = equipment.response_id
        and segments._source_file = equipment._source_file
        and segments.segment_code = equipment.segment_code
left join persons
    on
        segments.response_id = persons.response_id
        and segments._source_file = persons._source_file
        and segments.segment_code = persons.segment_code

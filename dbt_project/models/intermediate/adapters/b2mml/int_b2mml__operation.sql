{% set site = source_site('b2mml') %}
with responses as (
    select
        order_no,
        operation_no,
        min(operation_name) as operation_name,
        min(started_at) as actual_started_at,
        max(ended_at) as actual_ended_at,
        max(_ingested_at) as _ingested_at
    from {{ ref('int_b2mml__segment') }}
    group by 1, 2
),

versions as (
    select
        *,
        coalesce(process_segment_id, segment_requirement_id) as operation_no,
        dense_rank() over (partition by request_id order by _ingested_at desc) as version_rank
    from {{ ref('stg_b2mml__segment_requirements') }}
    where request_id is not null and coalesce(process_segment_id, segment_requirement_id) is not null
),

requirements as (
    select
        request_id as order_no,
        operation_no,
        min(description) as operation_name,
        min(earliest_start_at) as scheduled_started_at,
        max(latest_end_at) as scheduled_ended_at,
        max(_ingested_at) as _ingested_at
    from versions
    where version_rank = 1
    group by 1, 2
),

operations as (
    select
        coalesce(requirements.order_no, responses.order_no) as order_no,
        coalesce(requirements.operation_no, responses.operation_no) as operation_no,
        coalesce(requirements.operation_name, responses.operation_name) as operation_name,
        requirements.scheduled_started_at,
        requirements.scheduled_ended_at,
        responses.actual_started_at,
        responses.actual_ended_at,
        greatest(requirements._ingested_at, responses._ingested_at) as _ingested_at
    from requirements
    full outer join responses
        on requirements.order_no = responses.order_no and requirements.operation_no = responses.operation_no
)

select
    {{ site_id(site, 'order_no') }} || '-' || operation_no as operation_id,
    {{ site_id(site, 'order_no') }} as order_id,
    {{ site }} as site_code,
    operation_no,
    coalesce(operation_name, operation_no) as operation_name,
    cast(null as string) as work_centre_id,
    cast(null as string) as work_centre_name,
    cast(null as decimal(18, 4)) as planned_qty,
    cast(null as double) as pri_s,
    cast(null as double) as planned_setup_s,
    cast(null as decimal(18, 4)) as planned_cost,
    cast(null as decimal(18, 4)) as actual_cost,
    cast(null as decimal(18, 4)) as actual_resource_h,
    scheduled_started_at,
    scheduled_ended_at,
    actual_started_at,
    actual_ended_at,
    _ingested_at as _source_ingested_at
from operations

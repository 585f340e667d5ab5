select
    site_code || '-' || order_no || '-' || operation_no as operation_id,
    {{ site_id('site_code', 'order_no') }} as order_id,
    site_code,
    operation_no,
    operation_name,
    {{ site_id('site_code', 'work_centre_code') }} as work_centre_id,
    work_centre_name,
    planned_qty,
    pri_s,
    planned_setup_s,
    planned_cost,
    actual_cost,
    actual_resource_h,
    scheduled_started_at,
    scheduled_ended_at,
    actual_started_at,
    actual_ended_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__operation') }}
where not is_deleted

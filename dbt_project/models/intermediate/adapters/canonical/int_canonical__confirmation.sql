select
    {{ site_id('site_code', 'confirmation_no') }} as confirmation_id,
    site_code,
    {{ site_id('site_code', 'order_no') }} as order_id,
    site_code || '-' || order_no || '-' || operation_no as operation_id,
    operation_no,
    {{ site_id('site_code', 'work_centre_code') }} as work_centre_id,
    posting_date,
    started_at,
    ended_at,
    quantity_unit,
    yield_qty,
    scrap_qty,
    rework_qty,
    {{ site_id('site_code', 'employee_code') }} as employee_id,
    {{ site_id('site_code', 'scrap_reason_code') }} as scrap_reason_id,
    setup_s,
    run_s,
    coalesce(is_cancelled, false) as is_cancelled,
    {{ site_id('site_code', 'cancels_confirmation_no') }} as cancels_confirmation_id,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__confirmation') }}
where not is_deleted

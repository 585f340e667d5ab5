select
    cast(work_order_id as string) as work_order_id,
    cast(product_id as string) as product_id,
    cast(operation_sequence as string) as operation_no,
    cast(location_id as string) as location_id,
    scheduled_start_date,
    scheduled_end_date,
    actual_start_date,
    actual_end_date,
    actual_resource_hours as actual_resource_h,
    planned_cost,
    actual_cost,
    _ingested_at
from {{ source('adventureworks', 'work_order_routing') }}

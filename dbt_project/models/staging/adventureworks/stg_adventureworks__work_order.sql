select
    cast(work_order_id as string) as work_order_id,
    cast(product_id as string) as product_id,
    cast(order_qty as decimal(18, 4)) as order_qty,
    cast(stocked_qty as decimal(18, 4)) as stocked_qty,
    cast(scrapped_qty as decimal(18, 4)) as scrapped_qty,
    start_date,
    end_date,
    due_date,
    cast(scrap_reason_id as string) as scrap_reason_id,
    _ingested_at
from {{ source('adventureworks', 'work_order') }}

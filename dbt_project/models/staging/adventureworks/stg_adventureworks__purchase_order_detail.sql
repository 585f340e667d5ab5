select
    cast(purchase_order_id as string) as purchase_order_id,
    cast(purchase_order_detail_id as string) as purchase_order_detail_id,
    due_date,
    cast(order_qty as decimal(18, 4)) as order_qty,
    cast(product_id as string) as product_id,
    unit_price,
    line_total,
    cast(received_qty as decimal(18, 4)) as received_qty,
    cast(rejected_qty as decimal(18, 4)) as rejected_qty,
    cast(stocked_qty as decimal(18, 4)) as stocked_qty,
    _ingested_at
from {{ source('adventureworks', 'purchase_order_detail') }}

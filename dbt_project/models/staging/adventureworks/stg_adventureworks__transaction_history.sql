select
    cast(transaction_id as string) as transaction_id,
    cast(product_id as string) as product_id,
    cast(reference_order_id as string) as reference_order_id,
    cast(reference_order_line_id as string) as reference_order_line_id,
    transaction_date,
    transaction_type,
    cast(quantity as decimal(18, 4)) as quantity,
    actual_cost,
    _ingested_at
from {{ source('adventureworks', 'transaction_history') }}

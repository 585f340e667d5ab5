select
    cast(product_id as string) as product_id,
    start_date,
    end_date,
    list_price,
    _ingested_at
from {{ source('adventureworks', 'product_list_price_history') }}

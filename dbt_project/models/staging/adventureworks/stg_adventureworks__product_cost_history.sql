select
    cast(product_id as string) as product_id,
    start_date,
    end_date,
    standard_cost,
    _ingested_at
from {{ source('adventureworks', 'product_cost_history') }}

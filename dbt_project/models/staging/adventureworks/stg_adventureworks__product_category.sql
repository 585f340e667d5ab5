select
    cast(product_category_id as string) as product_category_id,
    name as category_name,
    _ingested_at
from {{ source('adventureworks', 'product_category') }}

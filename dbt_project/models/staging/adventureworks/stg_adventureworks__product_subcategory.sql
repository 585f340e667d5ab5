select
    cast(product_subcategory_id as string) as product_subcategory_id,
    cast(product_category_id as string) as product_category_id,
    name as subcategory_name,
    _ingested_at
from {{ source('adventureworks', 'product_subcategory') }}

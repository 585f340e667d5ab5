select
    cast(product_id as string) as product_id,
    cast(location_id as string) as location_id,
    nullif(shelf, 'N/A') as shelf,
    bin,
    cast(quantity as decimal(18, 4)) as quantity,
    _ingested_at
from {{ source('adventureworks', 'product_inventory') }}

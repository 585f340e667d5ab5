select
    cast(customer_id as string) as customer_id,
    cast(store_id as string) as store_id,
    cast(territory_id as string) as territory_id,
    account_number,
    _ingested_at
from {{ source('adventureworks', 'customer') }}

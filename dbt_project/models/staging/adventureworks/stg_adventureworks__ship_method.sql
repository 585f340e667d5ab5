select
    cast(ship_method_id as string) as ship_method_id,
    name as ship_method_name,
    ship_base_amount,
    ship_rate_amount,
    _ingested_at
from {{ source('adventureworks', 'ship_method') }}

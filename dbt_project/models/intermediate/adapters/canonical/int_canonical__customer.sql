select
    customer_no as customer_id,
    customer_no as customer_code,
    customer_name,
    coalesce(customer_type, 'company') as customer_type,
    territory,
    country,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__customer') }}
where not is_deleted

select
    cast(scrap_reason_id as varchar) as scrap_reason_id,
    name as reason_name,
    _ingested_at
from {{ source('adventureworks', 'scrap_reason') }}

select
    cast(scrap_reason_id as string) as scrap_reason_id,
    name as reason_name,
    _ingested_at
from {{ source('adventureworks', 'scrap_reason') }}

select
    cast(location_id as string) as location_id,
    name as location_name,
    cost_rate,
    availability_hours as availability_h,
    _ingested_at
from {{ source('adventureworks', 'location') }}

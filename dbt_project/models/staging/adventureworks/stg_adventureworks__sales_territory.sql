select
    cast(territory_id as string) as territory_id,
    name as territory_name,
    trim(country_region_code) as country,
    group_name,
    _ingested_at
from {{ source('adventureworks', 'sales_territory') }}

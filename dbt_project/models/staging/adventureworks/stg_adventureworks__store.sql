select
    cast(business_entity_id as string) as business_entity_id,
    name as store_name,
    cast(sales_person_id as string) as sales_person_id,
    _ingested_at
from {{ source('adventureworks', 'store') }}

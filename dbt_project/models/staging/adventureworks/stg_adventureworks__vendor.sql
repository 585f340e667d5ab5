select
    cast(business_entity_id as string) as business_entity_id,
    account_number,
    name as vendor_name,
    credit_rating,
    preferred_vendor_status as is_preferred,
    active_flag as is_active,
    purchasing_web_service_url,
    _ingested_at
from {{ source('adventureworks', 'vendor') }}

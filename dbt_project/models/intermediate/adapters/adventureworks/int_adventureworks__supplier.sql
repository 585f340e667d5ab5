select
    business_entity_id as supplier_id,
    account_number as supplier_code,
    vendor_name as supplier_name,
    credit_rating as rating,
    is_preferred,
    is_active,
    _ingested_at as _source_ingested_at
from {{ ref('stg_adventureworks__vendor') }}

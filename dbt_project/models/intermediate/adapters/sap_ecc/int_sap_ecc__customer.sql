-- Persons stay behind their account number.
select
    customer_no as customer_id,
    customer_no as customer_code,
    case when not is_person then customer_name end as customer_name,
    case when is_person then 'person' else 'company' end as customer_type,
    null as territory,
    country_code as country,
    _ingested_at as _source_ingested_at
from {{ ref('stg_sap_ecc__kna1') }}
where not is_deleted

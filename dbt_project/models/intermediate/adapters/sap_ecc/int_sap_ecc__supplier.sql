select
    supplier_no as supplier_id,
    supplier_no as supplier_code,
    supplier_name,
    null as rating,
    null as is_preferred,
    not is_blocked as is_active,
    tax_no,
    postal_code,
    city,
    {{ no_instant() }} as changed_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_sap_ecc__lfa1') }}
where not is_deleted

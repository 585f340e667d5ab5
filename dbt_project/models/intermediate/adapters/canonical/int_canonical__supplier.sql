select
    supplier_no as supplier_id,
    supplier_no as supplier_code,
    supplier_name,
    rating,
    is_preferred,
    coalesce(is_active, true) as is_active,
    tax_no,
    postal_code,
    city,
    {{ no_instant() }} as changed_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__supplier') }}
where not is_deleted

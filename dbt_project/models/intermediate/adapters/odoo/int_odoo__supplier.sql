select
    coalesce(partner_no, cast(partner_id as string)) as supplier_id,
    coalesce(partner_no, cast(partner_id as string)) as supplier_code,
    partner_name as supplier_name,
    null as rating,
    null as is_preferred,
    is_active,
    tax_no,
    postal_code,
    city,
    changed_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_odoo__res_partner') }}
where is_company and supplier_rank > 0

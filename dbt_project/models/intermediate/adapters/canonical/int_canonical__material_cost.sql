select
    material_id,
    valid_from,
    valid_to,
    standard_cost,
    currency,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__material_cost') }}
where not is_deleted

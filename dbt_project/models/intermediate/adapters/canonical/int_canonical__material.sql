select
    material_id,
    material_name,
    material_type,
    material_group,
    base_unit,
    standard_cost,
    is_made_in_house,
    gtin,
    {{ no_instant() }} as changed_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__material') }}
where not is_deleted

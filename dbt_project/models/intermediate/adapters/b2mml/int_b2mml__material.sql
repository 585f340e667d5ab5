select
    material_definition_id as material_id,
    coalesce(description, material_definition_id) as material_name,
    cast(null as string) as material_type,
    material_class_id as material_group,
    base_uom as base_unit,
    cast(null as decimal(18, 4)) as standard_cost,
    cast(null as boolean) as is_made_in_house,
    cast(null as string) as gtin,
    {{ no_instant() }} as changed_at,
    _ingested_at as _source_ingested_at
from {{ ref('stg_b2mml__material_definitions') }}

select
    {{ site_id('site_code', 'bom_item_no') }} as bom_item_id,
    assembly_material_id,
    component_material_id,
    component_qty,
    quantity_unit,
    bom_level,
    valid_from,
    valid_to,
    _ingested_at as _source_ingested_at
from {{ ref('stg_canonical__bill_of_material') }}
where not is_deleted

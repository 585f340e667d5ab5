select
    bom_item_id,
    assembly_material_id,
    {{ surrogate_key(['assembly_material_id']) }} as assembly_material_key,
    component_material_id,
    {{ surrogate_key(['component_material_id']) }} as component_material_key,
    component_qty,
    quantity_unit,
    bom_level,
    valid_from,
    valid_to,
    valid_to is null as is_active,
    source_system
from {{ ref('int_stock__bill_of_material') }}

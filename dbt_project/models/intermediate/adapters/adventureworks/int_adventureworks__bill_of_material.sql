-- The end date of the ERP is the last valid day (the next line starts a day later); here: first invalid day.
select
    {{ site_id(source_site('adventureworks'), 'bill_of_materials_id') }} as bom_item_id,
    product_assembly_id as assembly_material_id,
    component_id as component_material_id,
    per_assembly_qty as component_qty,
    unit_measure_code as quantity_unit,
    bom_level,
    start_date as valid_from,
    cast(end_date + interval 1 day as date) as valid_to,
    _ingested_at as _source_ingested_at
from {{ ref('stg_adventureworks__bill_of_materials') }}

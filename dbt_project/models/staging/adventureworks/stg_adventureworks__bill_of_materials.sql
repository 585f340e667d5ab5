select
    cast(bill_of_materials_id as string) as bill_of_materials_id,
    cast(product_assembly_id as string) as product_assembly_id,
    cast(component_id as string) as component_id,
    start_date,
    end_date,
    nullif(trim(unit_measure_code), '') as unit_measure_code,
    bom_level,
    cast(per_assembly_qty as decimal(18, 4)) as per_assembly_qty,
    _ingested_at
from {{ source('adventureworks', 'bill_of_materials') }}

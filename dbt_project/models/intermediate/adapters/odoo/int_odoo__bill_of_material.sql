-- A bill without a variant holds for each variant of its product.
with boms as (
    select * from {{ ref('stg_odoo__mrp_bom') }}
    where is_active
),

bom_lines as (
    select * from {{ ref('stg_odoo__mrp_bom_line') }}
),

products as (
    select * from {{ ref('int_odoo__product') }}
),

units as (
    select * from {{ ref('int_odoo__unit_factor') }}
),

assemblies as (
    select
        boms.bom_id,
        products.product_id,
        products.material_id,
        {{ in_base_unit('boms.base_qty', 'units') }} as assembly_qty,
        boms._ingested_at
    from boms
    inner join products
        on
            boms.product_template_id = products.product_template_id
            and coalesce(boms.product_id, products.product_id) = products.product_id
    left join units on products.product_id = units.product_id and boms.uom_id = units.uom_id
)

select
    {{ site_id(source_site('odoo'), 'cast(bom_lines.bom_line_id as string)') }}
    || '-' || cast(assemblies.product_id as string) as bom_item_id,
    assemblies.material_id as assembly_material_id,
    units.material_id as component_material_id,
    {{ ratio(in_base_unit('bom_lines.component_qty', 'units'), 'assemblies.assembly_qty') }} as component_qty,
    units.base_unit as quantity_unit,
    null as bom_level,
    null as valid_from,
    null as valid_to,
    greatest(bom_lines._ingested_at, assemblies._ingested_at) as _source_ingested_at
from assemblies
inner join bom_lines on assemblies.bom_id = bom_lines.bom_id
left join units on bom_lines.component_product_id = units.product_id and bom_lines.uom_id = units.uom_id

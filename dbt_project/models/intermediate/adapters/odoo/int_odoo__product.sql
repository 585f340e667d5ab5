with products as (
    select * from {{ ref('stg_odoo__product_product') }}
),

templates as (
    select * from {{ ref('stg_odoo__product_template') }}
),

units as (
    select * from {{ ref('stg_odoo__uom_uom') }}
),

identified as (
    select
        products.product_id,
        products.product_template_id,
        coalesce(products.material_no, templates.material_no, cast(products.product_id as string))
            as material_id,
        templates.product_name,
        templates.product_type,
        templates.category_id,
        units.uom_name as base_unit,
        units.reference_factor as base_factor,
        products.barcode as gtin,
        greatest(products.changed_at, templates.changed_at) as changed_at,
        greatest(products._ingested_at, templates._ingested_at, units._ingested_at) as _source_ingested_at
    from products
    left join templates on products.product_template_id = templates.product_template_id
    left join units on templates.uom_id = units.uom_id
)

select * from identified

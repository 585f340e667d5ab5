with products as (
    select * from {{ ref('int_odoo__product') }}
),

units as (
    select * from {{ ref('stg_odoo__uom_uom') }}
)

select
    products.product_id,
    units.uom_id,
    products.material_id,
    products.base_unit,
    cast(products.base_factor as double) / nullif(cast(units.reference_factor as double), 0) as base_per_unit
from products
cross join units

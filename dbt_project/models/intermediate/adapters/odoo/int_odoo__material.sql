with products as (
    select * from {{ ref('int_odoo__product') }}
),

made as (
    select distinct product_template_id from {{ ref('stg_odoo__mrp_bom') }}
    where is_active
)

select
    products.material_id,
    products.product_name as material_name,
    products.product_type as material_type,
    cast(products.category_id as string) as material_group,
    products.base_unit,
    null as standard_cost,
    made.product_template_id is not null as is_made_in_house,
    products.gtin,
    products.changed_at,
    products._source_ingested_at
from products
left join made on products.product_template_id = made.product_template_id

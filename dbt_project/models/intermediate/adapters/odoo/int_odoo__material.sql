with products as (
    select * from {{ ref('int_odoo__product') }}
),

made as (
    select distinct product_template_id from {{ ref('stg_odoo__mrp_bom') }}
    where is_active
),

-- what the last change of stock with a cost was valued at
priced as (
    select
        product_id,
        unit_cost,
        _ingested_at,
        row_number() over (partition by product_id order by layer_id desc) as layer_rank
    from {{ ref('stg_odoo__stock_valuation_layer') }}
    where unit_cost > 0
)

select
    products.material_id,
    products.product_name as material_name,
    products.product_type as material_type,
    cast(products.category_id as string) as material_group,
    products.base_unit,
    cast(priced.unit_cost as decimal(18, 4)) as standard_cost,
    made.product_template_id is not null as is_made_in_house,
    products.gtin,
    products.changed_at,
    greatest(products._source_ingested_at, priced._ingested_at) as _source_ingested_at
from products
left join made on products.product_template_id = made.product_template_id
left join priced on products.product_id = priced.product_id and priced.layer_rank = 1

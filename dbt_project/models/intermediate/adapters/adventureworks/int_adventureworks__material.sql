with products as (
    select * from {{ ref('stg_adventureworks__product') }}
),

subcategories as (
    select * from {{ ref('stg_adventureworks__product_subcategory') }}
)

select
    products.product_id as material_id,
    products.product_name as material_name,
    case
        when products.is_finished_good then 'finished'
        when products.is_made_in_house then 'semi_finished'
        else 'purchased'
    end as material_type,
    subcategories.subcategory_name as material_group,
    'EA' as base_unit,
    products.standard_cost,
    products.is_made_in_house,
    products._ingested_at as _source_ingested_at
from products
left join subcategories on products.product_subcategory_id = subcategories.product_subcategory_id

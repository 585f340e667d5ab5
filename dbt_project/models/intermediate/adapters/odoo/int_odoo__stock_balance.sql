-- Of the company's own places; lots and packages of a product at one place together.
select
    {{ source_site('odoo') }} || '-' || products.material_id || '-' || cast(quants.location_id as string)
        as stock_balance_id,
    {{ source_site('odoo') }} as site_code,
    products.material_id,
    {{ site_id(source_site('odoo'), 'cast(quants.location_id as string)') }} as storage_location_id,
    min(places.location_name) as storage_location_name,
    products.base_unit as quantity_unit,
    cast(sum(quants.on_hand_qty) as decimal(18, 4)) as on_hand_qty,
    max(greatest(quants._ingested_at, products._source_ingested_at)) as _source_ingested_at
from {{ ref('stg_odoo__stock_quant') }} as quants
inner join {{ ref('stg_odoo__stock_location') }} as places on quants.location_id = places.location_id
inner join {{ ref('int_odoo__product') }} as products on quants.product_id = products.product_id
where places.location_usage = 'internal'
group by products.material_id, quants.location_id, products.base_unit

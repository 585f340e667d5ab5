{% set site = source_site('adventureworks') %}
with inventory as (
    select * from {{ ref('stg_adventureworks__product_inventory') }}
),

locations as (
    select * from {{ ref('stg_adventureworks__location') }}
)

select
    {{ site_id(site, "inventory.product_id || '-' || inventory.location_id") }} as stock_balance_id,
    {{ site }} as site_code,
    inventory.product_id as material_id,
    {{ site_id(site, 'inventory.location_id') }} as storage_location_id,
    locations.location_name as storage_location_name,
    'EA' as quantity_unit,
    inventory.quantity as on_hand_qty,
    inventory._ingested_at as _source_ingested_at
from inventory
left join locations on inventory.location_id = locations.location_id

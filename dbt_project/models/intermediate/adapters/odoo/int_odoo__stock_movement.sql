-- A move between two places of stock changes no stock of the site, so only moves over its border are here.
with moves as (
    select * from {{ ref('stg_odoo__stock_move') }}
    where move_state = 'done'
),

places as (
    select * from {{ ref('stg_odoo__stock_location') }}
),

units as (
    select * from {{ ref('int_odoo__unit_factor') }}
),

orders as (
    select * from {{ ref('stg_odoo__mrp_production') }}
),

signed as (
    select
        moves.*,
        origins.location_usage || ' to ' || goals.location_usage as movement_type,
        case when goals.location_usage = 'internal' then 1 else -1 end as sign,
        case when goals.location_usage = 'internal' then goals.location_name else origins.location_name end
            as storage_location
    from moves
    inner join places as origins on moves.location_id = origins.location_id
    inner join places as goals on moves.destination_location_id = goals.location_id
    where (origins.location_usage = 'internal') <> (goals.location_usage = 'internal')
)

select
    {{ site_id(source_site('odoo'), 'cast(signed.move_id as string)') }} as movement_id,
    {{ source_site('odoo') }} as site_code,
    units.material_id,
    signed.storage_location,
    null as batch_no,
    signed.movement_type,
    cast({{ utc_to_local('signed.moved_at', source_site('odoo', 'timezone')) }} as date) as posting_date,
    signed.sign * {{ in_base_unit('signed.moved_qty', 'units') }}
        as moved_qty,
    units.base_unit as quantity_unit,
    {{ site_id(source_site('odoo'), 'orders.order_no') }} as order_id,
    signed._ingested_at as _source_ingested_at
from signed
left join units on signed.product_id = units.product_id and signed.uom_id = units.uom_id
left join
    orders
    on coalesce(signed.received_production_id, signed.consuming_production_id) = orders.production_id

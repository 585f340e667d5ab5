-- A move between two places of stock changes no stock of the site, so only moves over its border are here;
-- of a move in lots, its lines.
with moves as (
    select * from {{ ref('stg_odoo__stock_move') }}
    where move_state = 'done'
),

lot_lines as (
    select
        lines.line_id,
        lines.move_id,
        lines.moved_qty,
        lines.uom_id,
        lots.lot_no,
        greatest(lines._ingested_at, lots._ingested_at) as _ingested_at
    from {{ ref('stg_odoo__stock_move_line') }} as lines
    left join {{ ref('stg_odoo__stock_lot') }} as lots on lines.lot_id = lots.lot_id
    where lines.line_state = 'done'
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

-- of a move the cost of one unit of the product
costs as (
    select
        move_id,
        {{ ratio('sum(moved_amount)', 'sum(moved_qty)') }} as unit_cost,
        max(_ingested_at) as _ingested_at
    from {{ ref('stg_odoo__stock_valuation_layer') }}
    where move_id is not null
    group by move_id
),

signed as (
    select
        moves.move_id,
        moves.product_id,
        moves.moved_at,
        moves.received_production_id,
        moves.consuming_production_id,
        lot_lines.line_id,
        lot_lines.lot_no,
        coalesce(lot_lines.moved_qty, moves.moved_qty) as moved_qty,
        coalesce(lot_lines.uom_id, moves.uom_id) as uom_id,
        greatest(moves._ingested_at, lot_lines._ingested_at) as _ingested_at,
        origins.location_usage || ' to ' || goals.location_usage as movement_type,
        case when goals.location_usage = 'internal' then 1 else -1 end as sign,
        case when goals.location_usage = 'internal' then goals.location_name else origins.location_name end
            as storage_location
    from moves
    left join lot_lines on moves.move_id = lot_lines.move_id
    inner join places as origins on moves.location_id = origins.location_id
    inner join places as goals on moves.destination_location_id = goals.location_id
    where (origins.location_usage = 'internal') <> (goals.location_usage = 'internal')
)

select
    {{ site_id(source_site('odoo'), 'cast(signed.move_id as string)') }}
    || coalesce('-' || cast(signed.line_id as string), '') as movement_id,
    {{ source_site('odoo') }} as site_code,
    units.material_id,
    signed.storage_location,
    signed.lot_no as batch_no,
    signed.movement_type,
    cast({{ utc_to_local('signed.moved_at', source_site('odoo', 'timezone')) }} as date) as posting_date,
    signed.sign * {{ in_base_unit('signed.moved_qty', 'units') }}
        as moved_qty,
    units.base_unit as quantity_unit,
    {{ site_id(source_site('odoo'), 'orders.order_no') }} as order_id,
    case
        when signed.received_production_id is not null then 'product'
        when signed.consuming_production_id is not null then 'component'
    end as order_role,
    cast(signed.sign * costs.unit_cost * {{ in_base_unit('signed.moved_qty', 'units') }} as decimal(18, 4))
        as amount,
    case when costs.unit_cost is not null then {{ source_site('odoo', 'currency') }} end as currency,
    greatest(signed._ingested_at, costs._ingested_at) as _source_ingested_at
from signed
left join costs on signed.move_id = costs.move_id
left join units on signed.product_id = units.product_id and signed.uom_id = units.uom_id
left join
    orders
    on coalesce(signed.received_production_id, signed.consuming_production_id) = orders.production_id

-- What went back is a move to a vendor that names the line; what it refunds is off the received quantity.
{% set zone, site = source_site('odoo', 'timezone'), source_site('odoo') %}
with lines as (
    select * from {{ ref('stg_odoo__purchase_order_line') }}
),

orders as (
    select * from {{ ref('stg_odoo__purchase_order') }}
),

partners as (
    select * from {{ ref('stg_odoo__res_partner') }}
),

currencies as (
    select * from {{ ref('stg_odoo__res_currency') }}
),

units as (
    select * from {{ ref('int_odoo__unit_factor') }}
),

returned as (
    select
        moves.purchase_line_id,
        sum({{ in_base_unit('moves.moved_qty', 'units') }}) as returned_qty,
        sum(case when moves.is_refunded then {{ in_base_unit('moves.moved_qty', 'units') }} else 0 end)
            as refunded_qty,
        max(moves._ingested_at) as _ingested_at
    from {{ ref('stg_odoo__stock_move') }} as moves
    inner join {{ ref('stg_odoo__stock_location') }} as goals
        on moves.destination_location_id = goals.location_id
    left join units on moves.product_id = units.product_id and moves.uom_id = units.uom_id
    where
        moves.move_state = 'done'
        and moves.purchase_line_id is not null
        and goals.location_usage = 'supplier'
    group by moves.purchase_line_id
),

measured as (
    select
        lines.*,
        units.material_id,
        units.base_unit,
        units.base_per_unit,
        {{ in_base_unit('lines.ordered_qty', 'units') }} as ordered_base_qty,
        {{ in_base_unit('lines.received_qty', 'units') }} as kept_base_qty,
        coalesce(returned.returned_qty, 0) as returned_qty,
        coalesce(returned.refunded_qty, 0) as refunded_qty,
        greatest(lines._ingested_at, returned._ingested_at) as _line_ingested_at
    from lines
    left join units on lines.product_id = units.product_id and lines.uom_id = units.uom_id
    left join returned on lines.purchase_line_id = returned.purchase_line_id
)

select
    {{ site }} || '-' || orders.purchase_order_no || '-' || cast(lines.purchase_line_id as string)
        as purchase_line_id,
    {{ site }} as site_code,
    orders.purchase_order_no,
    cast(lines.purchase_line_id as string) as line_no,
    coalesce(partners.partner_no, cast(orders.partner_id as string)) as supplier_id,
    lines.material_id,
    case
        when orders.order_state = 'cancel' then 'rejected'
        when orders.order_state not in ('purchase', 'done') then 'pending'
        when lines.received_qty >= lines.ordered_qty then 'complete'
        else 'approved'
    end as order_status,
    cast({{ utc_to_local('orders.ordered_at', zone) }} as date) as order_date,
    cast({{ utc_to_local('lines.due_at', zone) }} as date) as due_date,
    -- Odoo knows when goods arrive, not when they are shipped
    cast({{ utc_to_local('orders.arrived_at', zone) }} as date) as shipped_date,
    lines.base_unit as quantity_unit,
    lines.ordered_base_qty as ordered_qty,
    lines.kept_base_qty + lines.refunded_qty as received_qty,
    lines.returned_qty as rejected_qty,
    lines.kept_base_qty + lines.refunded_qty - lines.returned_qty as stocked_qty,
    cast(cast(lines.unit_price as double) / nullif(lines.base_per_unit, 0) as decimal(18, 4)) as unit_price,
    lines.line_amount,
    currencies.currency,
    greatest(lines._line_ingested_at, orders._ingested_at) as _source_ingested_at
from measured as lines
inner join orders on lines.purchase_order_id = orders.purchase_order_id
left join partners on orders.partner_id = partners.partner_id
left join currencies on orders.currency_id = currencies.currency_id

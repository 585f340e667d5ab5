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
)

select
    {{ site }} || '-' || orders.purchase_order_no || '-' || cast(lines.purchase_line_id as string)
        as purchase_line_id,
    {{ site }} as site_code,
    orders.purchase_order_no,
    cast(lines.purchase_line_id as string) as line_no,
    coalesce(partners.partner_no, cast(orders.partner_id as string)) as supplier_id,
    units.material_id,
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
    units.base_unit as quantity_unit,
    {{ in_base_unit('lines.ordered_qty', 'units') }} as ordered_qty,
    {{ in_base_unit('lines.received_qty', 'units') }} as received_qty,
    null as rejected_qty,
    {{ in_base_unit('lines.received_qty', 'units') }} as stocked_qty,
    cast(cast(lines.unit_price as double) / nullif(units.base_per_unit, 0) as decimal(18, 4)) as unit_price,
    lines.line_amount,
    currencies.currency,
    greatest(lines._ingested_at, orders._ingested_at) as _source_ingested_at
from lines
inner join orders on lines.purchase_order_id = orders.purchase_order_id
left join partners on orders.partner_id = partners.partner_id
left join currencies on orders.currency_id = currencies.currency_id
left join units on lines.product_id = units.product_id and lines.uom_id = units.uom_id

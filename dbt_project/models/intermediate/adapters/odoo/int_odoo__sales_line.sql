{% set zone, site = source_site('odoo', 'timezone'), source_site('odoo') %}
with lines as (
    select * from {{ ref('stg_odoo__sale_order_line') }}
    -- sections and notes are only text
    where display_type is null
),

orders as (
    select * from {{ ref('stg_odoo__sale_order') }}
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
    {{ site }} || '-' || orders.sales_order_no || '-' || cast(lines.sales_line_id as string)
        as sales_line_id,
    {{ site }} as site_code,
    orders.sales_order_no,
    cast(lines.sales_line_id as string) as line_no,
    coalesce(partners.partner_no, cast(orders.partner_id as string)) as customer_id,
    units.material_id,
    case
        when orders.order_state = 'cancel' then 'cancelled'
        when orders.order_state not in ('sale', 'done') then 'in_process'
        when lines.delivered_qty >= lines.ordered_qty then 'shipped'
        when lines.delivered_qty > 0 then 'backordered'
        else 'approved'
    end as order_status,
    cast({{ utc_to_local('orders.ordered_at', zone) }} as date) as order_date,
    cast({{ utc_to_local('orders.due_at', zone) }} as date) as due_date,
    case
        when lines.delivered_qty > 0 then cast({{ utc_to_local('orders.delivered_at', zone) }} as date)
    end as shipped_date,
    units.base_unit as quantity_unit,
    {{ in_base_unit('lines.ordered_qty', 'units') }} as ordered_qty,
    cast(cast(lines.unit_price as double) / nullif(units.base_per_unit, 0) as decimal(18, 4)) as unit_price,
    lines.line_amount,
    currencies.currency,
    greatest(lines._ingested_at, orders._ingested_at) as _source_ingested_at
from lines
inner join orders on lines.sales_order_id = orders.sales_order_id
left join partners on orders.partner_id = partners.partner_id
left join currencies on orders.currency_id = currencies.currency_id
left join units on lines.product_id = units.product_id and lines.uom_id = units.uom_id

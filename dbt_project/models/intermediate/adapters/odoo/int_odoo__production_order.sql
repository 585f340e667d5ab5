{%- set zone = source_site('odoo', 'timezone') %}
{%- set day = "cast(" ~ utc_to_local('{}', zone) ~ " as date)" %}

with orders as (
    select * from {{ ref('stg_odoo__mrp_production') }}
    where order_state not in ('draft', 'cancel')
),

units as (
    select * from {{ ref('int_odoo__unit_factor') }}
),

received as (
    select
        moves.received_production_id as production_id,
        sum({{ in_base_unit('moves.moved_qty', 'units') }}) as received_qty,
        max(moves._ingested_at) as _ingested_at
    from {{ ref('stg_odoo__stock_move') }} as moves
    left join units on moves.product_id = units.product_id and moves.uom_id = units.uom_id
    where moves.move_state = 'done' and moves.received_production_id is not null
    group by moves.received_production_id
),

scrapped as (
    select
        scraps.production_id,
        sum({{ in_base_unit('scraps.scrap_qty', 'units') }}) as scrapped_qty,
        max(scraps._ingested_at) as _ingested_at
    from {{ ref('stg_odoo__stock_scrap') }} as scraps
    left join units on scraps.product_id = units.product_id and scraps.uom_id = units.uom_id
    where scraps.scrap_state = 'done'
    group by scraps.production_id
),

identified as (
    select
        {{ site_id(source_site('odoo'), 'orders.order_no') }} as order_id,
        {{ source_site('odoo') }} as site_code,
        orders.order_no,
        'MO' as order_type,
        units.material_id,
        units.base_unit as quantity_unit,
        {{ in_base_unit('orders.ordered_qty', 'units') }} as ordered_qty,
        coalesce(received.received_qty, 0) as received_qty,
        coalesce(scrapped.scrapped_qty, 0) as scrapped_qty,
        null as scrap_reason_id,
        {{ day.format('orders.created_at') }} as created_date,
        {{ day.format('orders.started_at') }} as planned_start_date,
        {{ day.format('orders.deadline_at') }} as due_date,
        case
            when orders.order_state in ('progress', 'to_close', 'done')
                then {{ day.format('orders.started_at') }}
        end as actual_start_date,
        case
            when orders.order_state = 'done' then {{ day.format('orders.finished_at') }}
        end as actual_end_date,
        greatest(orders._ingested_at, received._ingested_at, scrapped._ingested_at) as _source_ingested_at
    from orders
    left join units on orders.product_id = units.product_id and orders.uom_id = units.uom_id
    left join received on orders.production_id = received.production_id
    left join scrapped on orders.production_id = scrapped.production_id
)

select * from identified

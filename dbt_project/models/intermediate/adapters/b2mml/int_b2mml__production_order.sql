-- A request is an order; responses that name none are orders of their own.
{% set site = source_site('b2mml') %}
{% set zone = source_site('b2mml', 'timezone') %}
with requests as (
    select
        *,
        row_number() over (
            partition by request_id order by _ingested_at desc, _source_row desc
        ) as version_rank
    from {{ ref('stg_b2mml__requests') }}
    where request_id is not null
),

newest as (
    select * from requests
    where version_rank = 1
),

planned as (
    select
        _source_file,
        request_id,
        min(material_definition_id) as material_id,
        min(uom) as quantity_unit,
        sum(quantity) as ordered_qty
    from {{ ref('stg_b2mml__material_requirements') }}
    where lower(material_use) like '%produced' and quantity_no = 1
    group by 1, 2
),

course as (
    select
        order_no,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        max(_ingested_at) as _ingested_at
    from {{ ref('int_b2mml__segment') }}
    group by 1
),

received as (
    select
        order_no,
        min(material_id) as material_id,
        min(quantity_unit) as quantity_unit,
        sum(quantity) as received_qty,
        max(_ingested_at) as _ingested_at
    from {{ ref('int_b2mml__material_move') }}
    where direction = 1 and quantity_no = 1 and lower(material_use) not like 'by-product%'
    group by 1
),

orders as (
    select
        coalesce(newest.request_id, course.order_no) as order_no,
        newest.operations_type as order_type,
        newest.product_definition_id,
        newest.planned_started_at,
        newest.planned_ended_at,
        newest._source_file,
        course.started_at,
        course.ended_at,
        greatest(newest._ingested_at, course._ingested_at) as _ingested_at
    from newest
    full outer join course on newest.request_id = course.order_no
)

select
    {{ site_id(site, 'orders.order_no') }} as order_id,
    {{ site }} as site_code,
    orders.order_no,
    coalesce(orders.order_type, 'Production') as order_type,
    coalesce(planned.material_id, received.material_id, orders.product_definition_id) as material_id,
    coalesce(planned.quantity_unit, received.quantity_unit) as quantity_unit,
    planned.ordered_qty,
    received.received_qty,
    cast(null as decimal(18, 4)) as scrapped_qty,
    cast(null as string) as scrap_reason_id,
    cast(null as date) as created_date,
    cast({{ utc_to_local('orders.planned_started_at', zone) }} as date) as planned_start_date,
    cast({{ utc_to_local('orders.planned_ended_at', zone) }} as date) as due_date,
    cast({{ utc_to_local('orders.started_at', zone) }} as date) as actual_start_date,
    cast({{ utc_to_local('orders.ended_at', zone) }} as date) as actual_end_date,
    greatest(orders._ingested_at, received._ingested_at) as _source_ingested_at
from orders
left join planned on orders.order_no = planned.request_id and orders._source_file = planned._source_file
left join received on orders.order_no = received.order_no

-- The stock ledger books each line of a sales order (S) with product, quantity and price before discount.
-- The order's net amount is shared over its lines in proportion; what rounding leaves goes to the first.
{% set site = source_site('adventureworks') %}
with transactions as (
    select * from {{ ref('stg_adventureworks__transaction_history') }}
    union all
    select * from {{ ref('stg_adventureworks__transaction_history_archive') }}
),

headers as (
    select * from {{ ref('stg_adventureworks__sales_order_header') }}
),

booked as (
    select
        transactions.*,
        quantity * actual_cost as gross_amount,
        sum(quantity * actual_cost) over (partition by reference_order_id) as order_gross_amount
    from transactions
    where transaction_type = 'S'
),

shared as (
    select
        booked.*,
        headers.customer_id,
        headers.order_status,
        headers.order_date,
        headers.due_date,
        headers.ship_date,
        headers.subtotal_amount,
        cast(
            headers.subtotal_amount * {{ ratio('booked.gross_amount', 'booked.order_gross_amount') }}
            as decimal(18, 4)
        ) as share_amount,
        row_number() over (
            partition by booked.reference_order_id order by cast(booked.reference_order_line_id as integer)
        ) as line_rank,
        greatest(booked._ingested_at, headers._ingested_at) as _source_ingested_at
    from booked
    left join headers on booked.reference_order_id = headers.sales_order_id
),

rounded as (
    select
        *,
        subtotal_amount - sum(share_amount) over (partition by reference_order_id) as left_amount
    from shared
)

select
    {{ site_id(site, 'reference_order_id') }} || '-' || reference_order_line_id as sales_line_id,
    {{ site }} as site_code,
    reference_order_id as sales_order_no,
    reference_order_line_id as line_no,
    customer_id,
    product_id as material_id,
    order_status,
    order_date,
    due_date,
    ship_date as shipped_date,
    'EA' as quantity_unit,
    quantity as ordered_qty,
    actual_cost as unit_price,
    share_amount + case when line_rank = 1 then left_amount else 0 end as line_amount,
    {{ source_site('adventureworks', 'currency') }} as currency,
    _source_ingested_at
from rounded

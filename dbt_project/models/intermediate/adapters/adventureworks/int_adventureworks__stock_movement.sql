-- Work orders are booked at their start with the ordered quantity; what they consume is not booked.
{% set site = source_site('adventureworks') %}
with transactions as (
    select * from {{ ref('stg_adventureworks__transaction_history') }}
    union all
    select * from {{ ref('stg_adventureworks__transaction_history_archive') }}
)

select
    {{ site_id(site, 'transaction_id') }} as movement_id,
    {{ site }} as site_code,
    product_id as material_id,
    cast(null as string) as storage_location,
    cast(null as string) as batch_no,
    case transaction_type
        when 'W' then 'work_order'
        when 'P' then 'purchase_receipt'
        when 'S' then 'sales_issue'
    end as movement_type,
    transaction_date as posting_date,
    quantity * case when transaction_type = 'S' then -1 else 1 end as moved_qty,
    'EA' as quantity_unit,
    case when transaction_type = 'W' then {{ site_id(site, 'reference_order_id') }} end as order_id,
    case when transaction_type = 'W' then 'product' end as order_role,
    null as amount,
    null as currency,
    _ingested_at as _source_ingested_at
from transactions

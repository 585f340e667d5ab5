select
    cast(sales_order_id as string) as sales_order_id,
    revision_number,
    order_date,
    due_date,
    ship_date,
    case status
        when 1 then 'in_process'
        when 2 then 'approved'
        when 3 then 'backordered'
        when 4 then 'rejected'
        when 5 then 'shipped'
        when 6 then 'cancelled'
    end as order_status,
    online_order_flag as is_online,
    sales_order_number,
    purchase_order_number,
    account_number,
    cast(customer_id as string) as customer_id,
    cast(sales_person_id as string) as sales_person_id,
    cast(territory_id as string) as territory_id,
    cast(ship_method_id as string) as ship_method_id,
    cast(currency_rate_id as string) as currency_rate_id,
    subtotal_amount,
    tax_amount,
    freight_amount,
    total_due_amount,
    _ingested_at
from {{ source('adventureworks', 'sales_order_header') }}

select
    cast(purchase_order_id as string) as purchase_order_id,
    revision_number,
    case status
        when 1 then 'pending'
        when 2 then 'approved'
        when 3 then 'rejected'
        when 4 then 'complete'
    end as order_status,
    cast(employee_id as string) as employee_id,
    cast(vendor_id as string) as vendor_id,
    cast(ship_method_id as string) as ship_method_id,
    order_date,
    ship_date,
    subtotal_amount,
    tax_amount,
    freight_amount,
    total_due_amount,
    _ingested_at
from {{ source('adventureworks', 'purchase_order_header') }}

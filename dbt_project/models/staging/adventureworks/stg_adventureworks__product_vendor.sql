select
    cast(product_id as string) as product_id,
    cast(business_entity_id as string) as business_entity_id,
    average_lead_time_days,
    standard_price,
    last_receipt_cost,
    last_receipt_date,
    min_order_qty,
    max_order_qty,
    on_order_qty,
    nullif(trim(unit_measure_code), '') as unit_measure_code,
    _ingested_at
from {{ source('adventureworks', 'product_vendor') }}

-- The ERP keeps one start date: it is the planned and the actual one.
select
    {{ site_id(source_site('adventureworks'), 'work_order_id') }} as order_id,
    {{ source_site('adventureworks') }} as site_code,
    work_order_id as order_no,
    'work_order' as order_type,
    product_id as material_id,
    'EA' as quantity_unit,
    order_qty as ordered_qty,
    stocked_qty as received_qty,
    scrapped_qty,
    {{ site_id(source_site('adventureworks'), "'SCRAP-' || scrap_reason_id") }} as scrap_reason_id,
    cast(null as date) as created_date,
    start_date as planned_start_date,
    due_date,
    start_date as actual_start_date,
    end_date as actual_end_date,
    _ingested_at as _source_ingested_at
from {{ ref('stg_adventureworks__work_order') }}

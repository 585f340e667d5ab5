with lines as (
    select * from {{ ref('int_sales__sales_line') }}
),

described as (
    select
        sales_line_id,
        site_code,
        sales_order_no,
        line_no,
        {{ surrogate_key(['customer_id']) }} as customer_key,
        customer_id,
        {{ surrogate_key(['material_id']) }} as material_key,
        material_id,
        order_status,
        order_date,
        due_date,
        shipped_date,
        shipped_date > due_date as is_shipped_late,
        quantity_unit,
        ordered_qty,
        unit_price,
        line_amount,
        currency,
        _source_ingested_at
    from lines
)

select * from described

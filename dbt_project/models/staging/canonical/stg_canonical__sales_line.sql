with source as (
    select * from {{ source('canonical', 'sales_line') }}
),

renamed as (
    select
        site_code,
        sales_order_no,
        line_no,
        customer_no,
        {{ strip_zeros('material_id') }} as material_id,
        order_status,
        order_date,
        due_date,
        shipped_date,
        quantity_unit,
        ordered_qty,
        unit_price,
        line_amount,
        currency,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('canonical', 'purchase_line') }}
),

renamed as (
    select
        site_code,
        purchase_order_no,
        line_no,
        supplier_no,
        {{ strip_zeros('material_id') }} as material_id,
        order_status,
        order_date,
        due_date,
        shipped_date,
        quantity_unit,
        ordered_qty,
        received_qty,
        rejected_qty,
        stocked_qty,
        unit_price,
        line_amount,
        currency,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

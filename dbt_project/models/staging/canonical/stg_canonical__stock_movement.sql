with source as (
    select * from {{ source('canonical', 'stock_movement') }}
),

renamed as (
    select
        site_code,
        movement_no,
        {{ strip_zeros('material_id') }} as material_id,
        storage_location,
        batch_no,
        movement_type,
        posting_date,
        moved_qty,
        quantity_unit,
        {{ strip_zeros('order_no') }} as order_no,
        order_role,
        amount,
        currency,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

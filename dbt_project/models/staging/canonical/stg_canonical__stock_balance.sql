with source as (
    select * from {{ source('canonical', 'stock_balance') }}
),

renamed as (
    select
        site_code,
        {{ strip_zeros('material_id') }} as material_id,
        storage_location,
        storage_location_name,
        quantity_unit,
        on_hand_qty,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

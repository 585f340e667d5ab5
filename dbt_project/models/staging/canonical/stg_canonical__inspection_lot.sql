with source as (
    select * from {{ source('canonical', 'inspection_lot') }}
),

renamed as (
    select
        site_code,
        inspection_lot_no,
        inspection_type,
        created_date,
        {{ strip_zeros('material_id') }} as material_id,
        {{ strip_zeros('order_no') }} as order_no,
        batch_no,
        lot_qty,
        quantity_unit,
        unrestricted_qty,
        scrap_qty,
        usage_decision_code,
        is_accepted,
        decided_date,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

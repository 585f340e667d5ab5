with source as (
    select * from {{ source('canonical', 'production_order') }}
),

renamed as (
    select
        site_code,
        {{ strip_zeros('order_no') }} as order_no,
        order_type,
        {{ strip_zeros('material_id') }} as material_id,
        quantity_unit,
        ordered_qty,
        received_qty,
        scrapped_qty,
        scrap_reason_code,
        created_date,
        planned_start_date,
        due_date,
        actual_start_date,
        actual_end_date,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('canonical', 'counter') }}
),

renamed as (
    select
        site_code,
        equipment_code,
        counted_at,
        {{ strip_zeros('order_no') }} as order_no,
        operation_no,
        {{ strip_zeros('material_id') }} as material_id,
        total_count,
        scrap_count,
        rework_count,
        rollover_at,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

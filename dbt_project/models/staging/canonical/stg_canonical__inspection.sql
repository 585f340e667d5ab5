with source as (
    select * from {{ source('canonical', 'inspection') }}
),

renamed as (
    select
        site_code,
        inspection_no,
        {{ strip_zeros('order_no') }} as order_no,
        operation_no,
        {{ strip_zeros('material_id') }} as material_id,
        equipment_code,
        characteristic,
        measured_value,
        nominal_value,
        lower_limit,
        upper_limit,
        unit,
        inspected_at,
        is_ok,
        defect_code,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('mes', 'inspection_results') }}
),

renamed as (
    select
        inspection_id,
        order_no,
        operation_no,
        material_no as material_id,
        machine as equipment_code,
        characteristic,
        nominal as nominal_value,
        lower_limit,
        upper_limit,
        value as measured_value,
        unit,
        inspected_at,
        result,
        defect_code,
        _ingested_at
    from source
)

select * from renamed

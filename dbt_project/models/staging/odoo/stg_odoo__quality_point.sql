with source as (
    select * from {{ source('odoo', 'quality_point') }}
),

renamed as (
    select
        id as point_id,
        name as point_no,
        title as characteristic,
        norm as nominal_value,
        norm_unit as unit,
        tolerance_min as lower_limit,
        tolerance_max as upper_limit,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

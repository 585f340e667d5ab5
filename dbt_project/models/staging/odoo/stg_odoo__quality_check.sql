with source as (
    select * from {{ source('odoo', 'quality_check') }}
),

renamed as (
    select
        id as check_id,
        name as check_no,
        point_id,
        product_id,
        production_id,
        workorder_id,
        measure as measured_value,
        quality_state as verdict,
        control_date as inspected_at,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

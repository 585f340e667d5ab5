with source as (
    select * from {{ source('odoo', 'maintenance_request') }}
),

renamed as (
    select
        id as request_id,
        name as request_text,
        equipment_id as maintenance_equipment_id,
        maintenance_type,
        priority,
        request_date as requested_date,
        schedule_date as scheduled_at,
        close_date as closed_date,
        duration as duration_h,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

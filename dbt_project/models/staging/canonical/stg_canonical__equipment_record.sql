with source as (
    select * from {{ source('canonical', 'equipment_record') }}
),

renamed as (
    select
        site_code,
        record_code,
        equipment_name,
        equipment_class,
        equipment_code,
        work_centre_code,
        erp_equipment_code,
        serial_no,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

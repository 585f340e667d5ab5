with source as (
    select * from {{ source('canonical', 'equipment') }}
),

renamed as (
    select
        site_code,
        equipment_code,
        valid_from,
        equipment_name,
        area,
        area_name,
        line,
        line_name,
        calendar_code,
        work_centre_code,
        erp_equipment_code,
        equipment_class,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

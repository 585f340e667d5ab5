with source as (
    select * from {{ source('plant', 'equipment') }}
),

renamed as (
    select
        enterprise,
        site_code,
        area_code,
        area_name,
        line_code as line,
        line_name,
        machine as equipment_code,
        machine_name as equipment_name,
        equipment_class,
        calendar_code,
        work_centre as work_centre_code,
        {{ strip_zeros('sap_equnr') }} as erp_equipment_code,
        valid_from,
        _ingested_at
    from source
)

select * from renamed

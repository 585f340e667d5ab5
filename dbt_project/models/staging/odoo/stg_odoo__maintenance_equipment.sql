with source as (
    select * from {{ source('odoo', 'maintenance_equipment') }}
),

renamed as (
    select
        id as maintenance_equipment_id,
        case
            when left(name, 1) = '{' then {{ json_field('name', 'en_US') }}
            else name
        end as maintenance_equipment_name,
        serial_no,
        workcenter_id,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

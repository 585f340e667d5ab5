with source as (
    select * from {{ source('odoo', 'uom_uom') }}
),

renamed as (
    select
        id as uom_id,
        case
            when left(name, 1) = '{' then {{ json_field('name', 'en_US') }}
            else name
        end as uom_name,
        factor as reference_factor,
        rounding as rounding_step,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

with source as (
    select * from {{ source('odoo', 'uom_uom') }}
),

renamed as (
    select
        id as uom_id,
        case
            when starts_with(name, '{') then try_cast(name as json) ->> 'en_US'
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

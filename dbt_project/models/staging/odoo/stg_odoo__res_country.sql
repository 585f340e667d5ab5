with source as (
    select * from {{ source('odoo', 'res_country') }}
),

renamed as (
    select
        id as country_id,
        code as country,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

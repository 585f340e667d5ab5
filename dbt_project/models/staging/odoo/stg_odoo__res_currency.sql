with source as (
    select * from {{ source('odoo', 'res_currency') }}
),

renamed as (
    select
        id as currency_id,
        name as currency,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

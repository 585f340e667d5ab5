with source as (
    select * from {{ source('odoo', 'stock_location') }}
),

renamed as (
    select
        id as location_id,
        complete_name as location_name,
        usage as location_usage,
        active as is_active,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

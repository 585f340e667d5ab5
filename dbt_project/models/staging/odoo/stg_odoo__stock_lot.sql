with source as (
    select * from {{ source('odoo', 'stock_lot') }}
),

renamed as (
    select
        id as lot_id,
        name as lot_no,
        product_id,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

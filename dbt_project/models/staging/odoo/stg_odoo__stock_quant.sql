with source as (
    select * from {{ source('odoo', 'stock_quant') }}
),

renamed as (
    select
        id as quant_id,
        product_id,
        location_id,
        lot_id,
        quantity as on_hand_qty,
        reserved_quantity as reserved_qty,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at
    from source
)

select * from renamed

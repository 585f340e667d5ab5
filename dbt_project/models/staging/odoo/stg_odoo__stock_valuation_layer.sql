with source as (
    select * from {{ source('odoo', 'stock_valuation_layer') }}
),

renamed as (
    select
        id as layer_id,
        product_id,
        stock_move_id as move_id,
        quantity as moved_qty,
        unit_cost,
        value as moved_amount,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('odoo', 'stock_move_line') }}
),

renamed as (
    select
        id as line_id,
        move_id,
        product_id,
        lot_id,
        quantity as moved_qty,
        product_uom_id as uom_id,
        state as line_state,
        date as moved_at,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

with source as (
    select * from {{ source('odoo', 'stock_scrap') }}
),

renamed as (
    select
        id as scrap_id,
        name as scrap_no,
        product_id,
        scrap_qty,
        product_uom_id as uom_id,
        production_id,
        workorder_id,
        lot_id,
        state as scrap_state,
        date_done as scrapped_at,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

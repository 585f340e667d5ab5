with source as (
    select * from {{ source('odoo', 'stock_move') }}
),

renamed as (
    select
        id as move_id,
        reference,
        product_id,
        product_uom_qty as demanded_qty,
        quantity as moved_qty,
        product_uom as uom_id,
        state as move_state,
        location_id,
        location_dest_id as destination_location_id,
        production_id as received_production_id,
        raw_material_production_id as consuming_production_id,
        workorder_id,
        purchase_line_id,
        coalesce(to_refund, false) as is_refunded,
        date as moved_at,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

with source as (
    select * from {{ source('odoo', 'purchase_order_line') }}
),

renamed as (
    select
        id as purchase_line_id,
        order_id as purchase_order_id,
        sequence,
        product_id,
        product_qty as ordered_qty,
        qty_received as received_qty,
        product_uom as uom_id,
        price_unit as unit_price,
        price_subtotal as line_amount,
        date_planned as due_at,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

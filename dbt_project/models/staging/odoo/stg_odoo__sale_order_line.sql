with source as (
    select * from {{ source('odoo', 'sale_order_line') }}
),

renamed as (
    select
        id as sales_line_id,
        order_id as sales_order_id,
        sequence,
        display_type,
        product_id,
        product_uom_qty as ordered_qty,
        qty_delivered as delivered_qty,
        product_uom as uom_id,
        price_unit as unit_price,
        discount as discount_pct,
        price_subtotal as line_amount,
        create_date as created_at,
        write_date as changed_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

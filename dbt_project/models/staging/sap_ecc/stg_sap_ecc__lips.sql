with source as (
    select * from {{ source('sap_ecc', 'lips') }}
),

renamed as (
    select
        mandt as client,
        vbeln as delivery_no,
        posnr as line_no,
        lgmng as delivered_qty,
        vgbel as sales_order_no,
        vgpos as sales_line_no,
        _ingested_at
    from source
)

select * from renamed

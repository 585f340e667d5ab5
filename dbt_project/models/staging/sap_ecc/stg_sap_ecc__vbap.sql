with source as (
    select * from {{ source('sap_ecc', 'vbap') }}
),

renamed as (
    select
        mandt as client,
        vbeln as sales_order_no,
        posnr as line_no,
        {{ strip_zeros('matnr') }} as material_id,
        werks as site_code,
        kwmeng as ordered_qty,
        vrkme as quantity_unit,
        umvkz as numerator,
        umvkn as denominator,
        meins as base_unit,
        netpr as net_price,
        kpein as price_per_qty,
        kmein as price_unit,
        netwr as line_amount,
        abgru as rejection_code,
        _ingested_at
    from source
)

select * from renamed

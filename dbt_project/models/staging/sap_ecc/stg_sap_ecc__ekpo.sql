with source as (
    select * from {{ source('sap_ecc', 'ekpo') }}
),

renamed as (
    select
        mandt as client,
        ebeln as purchase_order_no,
        ebelp as line_no,
        {{ strip_zeros('matnr') }} as material_id,
        werks as site_code,
        menge as ordered_qty,
        meins as quantity_unit,
        umrez as numerator,
        umren as denominator,
        netpr as net_price,
        peinh as price_per_qty,
        netwr as line_amount,
        coalesce(elikz = 'X', false) as is_delivered,
        coalesce(loekz in ('L', 'X'), false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

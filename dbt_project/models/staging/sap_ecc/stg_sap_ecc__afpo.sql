with source as (
    select * from {{ source('sap_ecc', 'afpo') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('aufnr') }} as order_no,
        posnr as item_no,
        {{ strip_zeros('matnr') }} as material_id,
        psmng as planned_qty,
        wemng as received_qty,
        meins as quantity_unit,
        dwerk as site_code,
        charg as batch_no,
        coalesce(elikz = 'X', false) as is_delivery_completed,
        _ingested_at
    from source
)

select * from renamed

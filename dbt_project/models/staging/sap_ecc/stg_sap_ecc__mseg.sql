with source as (
    select * from {{ source('sap_ecc', 'mseg') }}
),

renamed as (
    select
        mandt as client,
        mblnr as document_no,
        mjahr as document_year,
        zeile as item_no,
        bwart as movement_type,
        {{ strip_zeros('matnr') }} as material_id,
        werks as site_code,
        lgort as storage_location,
        charg as batch_no,
        shkzg as direction,
        menge as moved_qty,
        meins as quantity_unit,
        {{ strip_zeros('aufnr') }} as order_no,
        dmbtr as amount,
        waers as currency,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('sap_ecc', 'likp') }}
),

renamed as (
    select
        mandt as client,
        vbeln as delivery_no,
        vbtyp as document_category,
        wadat_ist as issued_date,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('sap_ecc', 'mkpf') }}
),

renamed as (
    select
        mandt as client,
        mblnr as document_no,
        mjahr as document_year,
        blart as document_type,
        budat as posting_date,
        entered_at,
        _ingested_at
    from source
)

select * from renamed

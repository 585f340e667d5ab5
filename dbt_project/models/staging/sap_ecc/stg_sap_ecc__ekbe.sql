with source as (
    select * from {{ source('sap_ecc', 'ekbe') }}
),

renamed as (
    select
        mandt as client,
        ebeln as purchase_order_no,
        ebelp as line_no,
        vgabe as event_kind,
        gjahr as document_year,
        belnr as document_no,
        buzei as item_no,
        bwart as movement_type,
        budat as posting_date,
        menge as moved_qty,
        shkzg as direction,
        _ingested_at
    from source
)

select * from renamed

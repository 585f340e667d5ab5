with source as (
    select * from {{ source('sap_ecc', 'ekko') }}
),

renamed as (
    select
        mandt as client,
        ebeln as purchase_order_no,
        bstyp as document_category,
        {{ strip_zeros('lifnr') }} as supplier_no,
        bedat as ordered_date,
        waers as currency,
        coalesce(loekz in ('L', 'X'), false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

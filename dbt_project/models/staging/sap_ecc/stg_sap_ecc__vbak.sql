with source as (
    select * from {{ source('sap_ecc', 'vbak') }}
),

renamed as (
    select
        mandt as client,
        vbeln as sales_order_no,
        vbtyp as document_category,
        audat as ordered_date,
        vdatu as due_date,
        {{ strip_zeros('kunnr') }} as customer_no,
        waerk as currency,
        _ingested_at
    from source
)

select * from renamed

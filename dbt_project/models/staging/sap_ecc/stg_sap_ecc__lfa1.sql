with source as (
    select * from {{ source('sap_ecc', 'lfa1') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('lifnr') }} as supplier_no,
        land1 as country_code,
        name1 as supplier_name,
        ort01 as city,
        pstlz as postal_code,
        stceg as tax_no,
        coalesce(sperm = 'X', false) as is_blocked,
        coalesce(loevm = 'X', false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

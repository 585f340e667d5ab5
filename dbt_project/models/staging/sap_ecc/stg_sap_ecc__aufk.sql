with source as (
    select * from {{ source('sap_ecc', 'aufk') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('aufnr') }} as order_no,
        auart as order_type,
        autyp as order_category,
        erdat as created_date,
        ktext as order_text,
        werks as site_code,
        objnr as object_no,
        coalesce(loekz = 'X', false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

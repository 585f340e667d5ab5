with source as (
    select * from {{ source('sap_ecc', 'kna1') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('kunnr') }} as customer_no,
        land1 as country_code,
        name1 as customer_name,
        coalesce(stkzn = 'X', false) as is_person,
        coalesce(loevm = 'X', false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

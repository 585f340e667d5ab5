with source as (
    select * from {{ source('sap_ecc', 'coep') }}
),

renamed as (
    select
        mandt as client,
        objnr as object_no,
        wrttp as value_type,
        {{ strip_zeros('kstar') }} as cost_element,
        wogbtr as amount,
        owaer as currency,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('sap_ecc', 'marm') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('matnr') }} as material_id,
        meinh as unit,
        umrez as numerator,
        umren as denominator,
        _ingested_at
    from source
)

select * from renamed

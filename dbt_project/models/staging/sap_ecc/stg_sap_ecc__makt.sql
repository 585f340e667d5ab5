with source as (
    select * from {{ source('sap_ecc', 'makt') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('matnr') }} as material_id,
        spras as language,
        maktx as material_name,
        _ingested_at
    from source
)

select * from renamed

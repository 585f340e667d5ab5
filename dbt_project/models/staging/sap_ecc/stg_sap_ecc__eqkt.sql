with source as (
    select * from {{ source('sap_ecc', 'eqkt') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('equnr') }} as erp_equipment_code,
        spras as language,
        eqktx as equipment_name,
        _ingested_at
    from source
)

select * from renamed

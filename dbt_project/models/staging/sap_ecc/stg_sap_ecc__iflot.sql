with source as (
    select * from {{ source('sap_ecc', 'iflot') }}
),

renamed as (
    select
        mandt as client,
        tplnr as functional_location,
        fltyp as category,
        tplma as parent_functional_location,
        iwerk as planning_site_code,
        _ingested_at
    from source
)

select * from renamed

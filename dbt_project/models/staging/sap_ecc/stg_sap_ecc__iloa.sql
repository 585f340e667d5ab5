with source as (
    select * from {{ source('sap_ecc', 'iloa') }}
),

renamed as (
    select
        mandt as client,
        iloan as location_no,
        tplnr as functional_location,
        swerk as site_code,
        stort as location_code,
        ppsid as work_centre_object_no,
        _ingested_at
    from source
)

select * from renamed

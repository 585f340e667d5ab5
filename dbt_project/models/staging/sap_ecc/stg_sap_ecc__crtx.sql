with source as (
    select * from {{ source('sap_ecc', 'crtx') }}
),

renamed as (
    select
        mandt as client,
        objty as object_type,
        objid as work_centre_object_no,
        spras as language,
        ktext as work_centre_name,
        _ingested_at
    from source
)

select * from renamed

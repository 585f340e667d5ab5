with source as (
    select * from {{ source('sap_ecc', 'crhd') }}
),

renamed as (
    select
        mandt as client,
        objty as object_type,
        objid as work_centre_object_no,
        begda as valid_from,
        endda as valid_to,
        arbpl as work_centre_code,
        werks as site_code,
        _ingested_at
    from source
)

select * from renamed

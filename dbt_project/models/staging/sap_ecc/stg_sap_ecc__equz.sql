with source as (
    select * from {{ source('sap_ecc', 'equz') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('equnr') }} as erp_equipment_code,
        datbi as valid_to,
        eqlfn as segment_no,
        datab as valid_from,
        iwerk as planning_site_code,
        iloan as location_no,
        {{ strip_zeros('hequi') }} as parent_erp_equipment_code,
        _ingested_at
    from source
)

select * from renamed

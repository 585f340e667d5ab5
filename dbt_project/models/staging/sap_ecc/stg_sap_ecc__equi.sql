with source as (
    select * from {{ source('sap_ecc', 'equi') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('equnr') }} as erp_equipment_code,
        eqtyp as equipment_category,
        eqart as equipment_type,
        herst as manufacturer,
        typbz as model_no,
        serge as serial_no,
        baujj as built_year,
        inbdt as startup_date,
        _ingested_at
    from source
)

select * from renamed

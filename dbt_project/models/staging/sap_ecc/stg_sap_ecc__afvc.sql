with source as (
    select * from {{ source('sap_ecc', 'afvc') }}
),

renamed as (
    select
        mandt as client,
        aufpl as routing_no,
        aplzl as operation_counter,
        vornr as operation_no,
        arbid as work_centre_object_no,
        steus as control_key,
        ltxa1 as operation_name,
        werks as site_code,
        _ingested_at
    from source
)

select * from renamed

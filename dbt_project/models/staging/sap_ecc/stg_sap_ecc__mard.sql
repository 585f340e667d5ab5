with source as (
    select * from {{ source('sap_ecc', 'mard') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('matnr') }} as material_id,
        werks as site_code,
        lgort as storage_location,
        labst as unrestricted_qty,
        insme as inspected_qty,
        speme as blocked_qty,
        coalesce(lvorm = 'X', false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

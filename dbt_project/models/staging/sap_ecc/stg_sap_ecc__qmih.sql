with source as (
    select * from {{ source('sap_ecc', 'qmih') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('qmnum') }} as notification_no,
        {{ strip_zeros('equnr') }} as erp_equipment_code,
        coalesce(msaus = 'X', false) as is_breakdown,
        malfunction_started_at,
        malfunction_ended_at,
        fecod as failure_mode_code,
        _ingested_at
    from source
)

select * from renamed

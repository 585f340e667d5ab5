with source as (
    select * from {{ source('sap_ecc', 'qmel') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('qmnum') }} as notification_no,
        qmart as notification_type,
        qmtxt as notification_text,
        priok as priority,
        erdat as created_date,
        qmdat as notification_date,
        qmdab as completed_date,
        {{ strip_zeros('aufnr') }} as order_no,
        _ingested_at
    from source
)

select * from renamed

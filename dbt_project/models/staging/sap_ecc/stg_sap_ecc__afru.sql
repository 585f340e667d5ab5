with source as (
    select * from {{ source('sap_ecc', 'afru') }}
),

renamed as (
    select
        mandt as client,
        rueck as confirmation_no,
        rmzhl as confirmation_counter,
        {{ strip_zeros('aufnr') }} as order_no,
        vornr as operation_no,
        arbid as work_centre_object_no,
        werks as site_code,
        budat as posting_date,
        started_at,
        finished_at as ended_at,
        {{ to_seconds('ism01', 'ile01') }} as setup_s,
        {{ to_seconds('ism02', 'ile02') }} as run_s,
        lmnga as yield_qty,
        xmnga as scrap_qty,
        rmnga as rework_qty,
        meinh as quantity_unit,
        grund as reason_code,
        pernr as employee_code,
        coalesce(stokz = 'X', false) as is_cancelled,
        stzhl as cancelled_counter,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('sap_ecc', 'afvv') }}
),

renamed as (
    select
        mandt as client,
        aufpl as routing_no,
        aplzl as operation_counter,
        bmsch as base_qty,
        {{ to_seconds('vgw01', 'vge01') }} as planned_setup_s,
        {{ to_seconds('vgw02', 'vge02') }} as planned_run_s_per_base,
        meinh as quantity_unit,
        mgvrg as planned_qty,
        lmnga as confirmed_yield_qty,
        xmnga as confirmed_scrap_qty,
        ssavd as scheduled_start_date,
        ssedd as scheduled_end_date,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('sap_ecc', 'afko') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('aufnr') }} as order_no,
        aufpl as routing_no,
        {{ strip_zeros('plnbez') }} as material_id,
        gamng as ordered_qty,
        gmein as quantity_unit,
        igmng as confirmed_yield_qty,
        iasmg as confirmed_scrap_qty,
        gstrp as planned_start_date,
        gltrp as due_date,
        gstri as actual_start_date,
        getri as confirmed_end_date,
        gltri as actual_end_date,
        _ingested_at
    from source
)

select * from renamed

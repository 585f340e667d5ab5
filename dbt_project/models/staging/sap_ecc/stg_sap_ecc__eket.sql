with source as (
    select * from {{ source('sap_ecc', 'eket') }}
),

renamed as (
    select
        mandt as client,
        ebeln as purchase_order_no,
        ebelp as line_no,
        etenr as schedule_no,
        eindt as due_date,
        menge as scheduled_qty,
        _ingested_at
    from source
)

select * from renamed

with source as (
    select * from {{ source('sap_ecc', 'qals') }}
),

renamed as (
    select
        mandt as client,
        prueflos as inspection_lot_no,
        werk as site_code,
        art as inspection_type,
        enstehdat as created_date,
        {{ strip_zeros('matnr') }} as material_id,
        {{ strip_zeros('aufnr') }} as order_no,
        charg as batch_no,
        losmenge as lot_qty,
        mengeneinh as quantity_unit,
        lmenge01 as unrestricted_qty,
        lmenge02 as scrap_qty,
        _ingested_at
    from source
)

select * from renamed

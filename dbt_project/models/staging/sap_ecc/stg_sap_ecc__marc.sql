with source as (
    select * from {{ source('sap_ecc', 'marc') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('matnr') }} as material_id,
        werks as site_code,
        beskz as procurement_type,
        dismm as mrp_type,
        dzeit as in_house_production_days,
        plifz as planned_delivery_days,
        minbe as reorder_point_qty,
        eisbe as safety_stock_qty,
        coalesce(lvorm = 'X', false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

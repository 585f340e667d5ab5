with source as (
    select * from {{ source('sap_ecc', 'mbew') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('matnr') }} as material_id,
        bwkey as site_code,
        vprsv as price_control,
        verpr as moving_price,
        stprs as standard_price,
        peinh as price_per_qty,
        _ingested_at
    from source
)

select * from renamed

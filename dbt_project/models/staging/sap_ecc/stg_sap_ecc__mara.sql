with source as (
    select * from {{ source('sap_ecc', 'mara') }}
),

renamed as (
    select
        mandt as client,
        {{ strip_zeros('matnr') }} as material_id,
        mtart as material_type,
        matkl as material_group,
        meins as base_unit,
        ean11 as gtin,
        laeda as changed_on,
        coalesce(lvorm = 'X', false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

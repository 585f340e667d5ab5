with source as (
    select * from {{ source('canonical', 'material') }}
),

renamed as (
    select
        {{ strip_zeros('material_id') }} as material_id,
        material_name,
        material_type,
        material_group,
        base_unit,
        standard_cost,
        is_made_in_house,
        gtin,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

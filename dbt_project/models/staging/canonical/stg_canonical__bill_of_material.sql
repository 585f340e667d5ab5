with source as (
    select * from {{ source('canonical', 'bill_of_material') }}
),

renamed as (
    select
        site_code,
        bom_item_no,
        {{ strip_zeros('assembly_material_id') }} as assembly_material_id,
        {{ strip_zeros('component_material_id') }} as component_material_id,
        component_qty,
        quantity_unit,
        bom_level,
        valid_from,
        valid_to,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

with materials as (
    select * from {{ ref('int_master__material') }}
),

described as (
    select
        {{ surrogate_key(['material_id']) }} as material_key,
        material_id,
        material_name,
        material_type,
        material_group,
        base_unit,
        standard_cost,
        is_made_in_house
    from materials
)

select * from described

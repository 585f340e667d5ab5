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
        is_made_in_house,
        records.golden_key
    from materials
    left join {{ ref('bridge_master_record') }} as records
        on
            records.entity = 'material'
            and materials.source_system = records.source_system
            and materials.material_id = records.source_key
)

select * from described

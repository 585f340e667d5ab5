with source as (
    select * from {{ source('b2mml', 'equipment') }}
),

renamed as (
    select
        equipment_id,
        parent_equipment_id,
        description,
        equipment_level,
        equipment_class_id,
        hierarchy_scope,
        message,
        sender,
        message_created_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

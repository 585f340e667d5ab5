with source as (
    select * from {{ source('b2mml', 'material_definitions') }}
),

renamed as (
    select
        material_definition_id,
        description,
        material_class_id,
        hierarchy_scope,
        base_uom,
        message,
        sender,
        message_created_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

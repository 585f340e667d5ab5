with source as (
    select * from {{ source('b2mml', 'material_lots') }}
),

renamed as (
    select
        material_lot_id,
        description,
        material_definition_id,
        material_information_id,
        lot_status,
        storage_location,
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

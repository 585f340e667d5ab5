with source as (
    select * from {{ source('b2mml', 'material_sublots') }}
),

renamed as (
    select
        material_sublot_id,
        description,
        material_lot_id,
        material_information_id,
        sublot_status,
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

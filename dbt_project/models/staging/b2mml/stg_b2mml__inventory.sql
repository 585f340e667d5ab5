with source as (
    select * from {{ source('b2mml', 'inventory') }}
),

renamed as (
    select
        item_kind,
        item_id,
        material_lot_id,
        material_definition_id,
        material_information_id,
        item_status,
        storage_location,
        quantity,
        quantity_data_type,
        uom,
        quantity_key,
        quantity_no,
        message,
        sender,
        message_created_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

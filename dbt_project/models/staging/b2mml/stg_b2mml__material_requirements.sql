with source as (
    select * from {{ source('b2mml', 'material_requirements') }}
),

renamed as (
    select
        request_id,
        segment_requirement_id,
        process_segment_id,
        requirement_kind,
        requirement_no,
        material_use,
        material_class_id,
        material_definition_id,
        material_lot_id,
        material_sublot_id,
        storage_location,
        description,
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

with source as (
    select * from {{ source('b2mml', 'material_actuals') }}
),

renamed as (
    select
        response_id,
        segment_response_id,
        process_segment_id,
        actual_kind,
        actual_no,
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

with source as (
    select * from {{ source('b2mml', 'personnel_actuals') }}
),

renamed as (
    select
        response_id,
        segment_response_id,
        process_segment_id,
        actual_no,
        personnel_class_id,
        person_id as person_code,
        personnel_use,
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

with source as (
    select * from {{ source('b2mml', 'segment_data') }}
),

renamed as (
    select
        parameter_id,
        response_id,
        segment_response_id,
        process_segment_id,
        description,
        value_text,
        value_data_type,
        uom,
        value_key,
        value_no,
        message,
        sender,
        message_created_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

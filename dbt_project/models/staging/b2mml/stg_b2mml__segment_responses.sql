with source as (
    select * from {{ source('b2mml', 'segment_responses') }}
),

renamed as (
    select
        segment_response_id,
        segment_no,
        parent_segment_response_id,
        response_id,
        process_segment_id,
        operations_definition_id,
        operations_type,
        hierarchy_scope,
        description,
        started_at,
        ended_at,
        posted_at,
        segment_state,
        message,
        sender,
        message_created_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

with source as (
    select * from {{ source('b2mml', 'segment_requirements') }}
),

renamed as (
    select
        segment_requirement_id,
        segment_no,
        parent_segment_requirement_id,
        request_id,
        process_segment_id,
        description,
        earliest_start_at,
        latest_end_at,
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

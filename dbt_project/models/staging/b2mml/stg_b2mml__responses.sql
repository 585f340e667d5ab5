with source as (
    select * from {{ source('b2mml', 'responses') }}
),

renamed as (
    select
        response_id,
        request_id,
        performance_id,
        operations_type,
        hierarchy_scope,
        description,
        published_at,
        performance_started_at,
        performance_ended_at,
        started_at,
        ended_at,
        response_state,
        message,
        sender,
        message_created_at,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

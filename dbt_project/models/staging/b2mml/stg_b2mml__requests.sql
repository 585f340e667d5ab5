with source as (
    select * from {{ source('b2mml', 'requests') }}
),

renamed as (
    select
        request_id,
        schedule_id,
        operations_type,
        description,
        product_definition_id,
        planned_started_at,
        planned_ended_at,
        priority,
        request_state,
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

with source as (
    select * from {{ source('b2mml', 'batch_events') }}
),

renamed as (
    select
        batch_record_id,
        event_id,
        event_at,
        event_type,
        event_subtype,
        category,
        message_text,
        computer_id,
        person_id,
        element_id,
        message,
        _source_file,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

with source as (
    select * from {{ source('b2mml', 'persons') }}
),

renamed as (
    select
        person_id as person_code,
        person_name,
        description,
        personnel_class_id,
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

with source as (
    select * from {{ source('b2mml', 'properties') }}
),

renamed as (
    select
        property_kind,
        owner_kind,
        owner_id,
        owner_no,
        property_id,
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

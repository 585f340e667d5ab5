with source as (
    select * from {{ source('canonical', 'reading') }}
),

renamed as (
    select
        tag,
        reading_at,
        value,
        value_text,
        status,
        is_questionable,
        reading_date,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

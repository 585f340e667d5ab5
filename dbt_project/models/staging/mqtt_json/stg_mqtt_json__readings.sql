with source as (
    select * from {{ source('mqtt_json', 'readings') }}
),

renamed as (
    select
        signal,
        reading_at,
        server_at,
        value,
        value_text,
        status,
        status_code,
        is_substituted,
        is_questionable,
        is_clamped,
        uom as unit,
        is_historical,
        reading_date,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

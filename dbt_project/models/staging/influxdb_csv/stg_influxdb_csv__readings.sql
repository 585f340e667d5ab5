with source as (
    select * from {{ source('influxdb_csv', 'readings') }}
),

renamed as (
    select
        signal,
        reading_at,
        reading_ns,
        server_at,
        value,
        value_text,
        status,
        status_code,
        is_substituted,
        is_questionable,
        is_clamped,
        uom as unit,
        reading_date,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

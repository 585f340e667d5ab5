with source as (
    select * from {{ source('weather', 'observations') }}
),

renamed as (
    select
        station,
        observed_at,
        temperature_c,
        relative_humidity_pct,
        wind_speed_ms,
        global_radiation_wm2,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

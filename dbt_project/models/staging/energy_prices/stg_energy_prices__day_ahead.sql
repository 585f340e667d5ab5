with source as (
    select * from {{ source('energy_prices', 'day_ahead') }}
),

renamed as (
    select
        bidding_zone,
        delivery_start_at,
        delivery_end_at,
        price,
        currency,
        published_at,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

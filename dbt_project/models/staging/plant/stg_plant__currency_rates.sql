with source as (
    select * from {{ source('plant', 'currency_rates') }}
),

renamed as (
    select
        from_currency,
        to_currency,
        cast(valid_from as date) as valid_from,
        cast(valid_to as date) as valid_to,
        cast(rate as decimal(18, 8)) as rate,
        _ingested_at
    from source
)

select * from renamed

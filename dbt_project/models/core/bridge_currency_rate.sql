with rates as (
    select * from {{ ref('stg_plant__currency_rates') }}
    where to_currency = {{ enterprise_currency() }} and from_currency <> to_currency
),

bounded as (
    select
        from_currency,
        to_currency,
        valid_from,
        coalesce(
            valid_to,
            lead(valid_from) over (partition by from_currency order by valid_from),
            date '9999-12-31'
        ) as valid_to,
        rate,
        _ingested_at as _source_ingested_at
    from rates
    union all
    -- the currency of the enterprise itself
    select
        {{ enterprise_currency() }} as from_currency,
        {{ enterprise_currency() }} as to_currency,
        date '1900-01-01' as valid_from,
        date '9999-12-31' as valid_to,
        cast(1 as decimal(18, 8)) as rate,
        {{ no_instant() }} as _source_ingested_at
    where {{ enterprise_currency() }} is not null
),

described as (
    select
        from_currency,
        to_currency,
        valid_from,
        valid_to,
        rate,
        valid_from = max(valid_from) over (partition by from_currency) as is_newest,
        _source_ingested_at
    from bounded
)

select * from described

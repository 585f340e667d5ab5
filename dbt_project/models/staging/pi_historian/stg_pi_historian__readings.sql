with source as (
    select * from {{ source('pi_historian', 'readings') }}
),

renamed as (
    select
        tag,
        reading_at,
        value,
        value_state,
        uom as unit,
        is_questionable,
        reading_date,
        _ingested_at,
        _source_row
    from source
)

select * from renamed

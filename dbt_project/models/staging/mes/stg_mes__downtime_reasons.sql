with source as (
    select * from {{ source('mes', 'downtime_reasons') }}
),

renamed as (
    select
        event_id,
        reason_code,
        entered_at,
        note,
        _ingested_at
    from source
)

select * from renamed

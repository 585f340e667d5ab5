with source as (
    select * from {{ source('canonical', 'downtime_reason') }}
),

renamed as (
    select
        site_code,
        event_no,
        reason_code,
        entered_at,
        note,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

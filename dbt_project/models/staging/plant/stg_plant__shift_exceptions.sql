with source as (
    select * from {{ source('plant', 'shift_exceptions') }}
),

renamed as (
    select
        site_code,
        calendar_code,
        production_day,
        shift_code,
        is_working,
        reason as exception_reason,
        _ingested_at
    from source
)

select * from renamed

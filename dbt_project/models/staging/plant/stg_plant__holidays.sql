with source as (
    select * from {{ source('plant', 'holidays') }}
),

renamed as (
    select
        site_code,
        calendar_code,
        production_day,
        holiday_name,
        _ingested_at
    from source
)

select * from renamed

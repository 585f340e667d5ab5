with source as (
    select * from {{ source('plant', 'shifts') }}
),

renamed as (
    select
        site_code,
        calendar_code,
        weekday as iso_weekday,
        shift_code,
        shift_name,
        start_local,
        end_local,
        crosses_midnight,
        is_working,
        break_windows,
        _ingested_at
    from source
)

select * from renamed

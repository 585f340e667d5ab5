with source as (
    select * from {{ source('canonical', 'shift') }}
),

renamed as (
    select
        site_code,
        calendar_code,
        production_day,
        shift_code,
        started_at,
        ended_at,
        is_working,
        planned_break_s,
        coalesce(is_deleted, false) as is_deleted,
        _ingested_at
    from source
)

select * from renamed

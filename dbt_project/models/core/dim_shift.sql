with slots as (
    select * from {{ ref('int_calendar__shift_slot') }}
),

described as (
    select
        {{ surrogate_key(['shift_id']) }} as shift_key,
        shift_id,
        site_code,
        calendar_code,
        production_day,
        shift_code,
        started_at,
        ended_at,
        cast({{ seconds_between('started_at', 'ended_at') }} as double) as duration_s,
        is_working,
        cast(planned_break_s as double) as planned_break_s
    from slots
)

select * from described

with calendars as (
    select distinct
        site_code,
        calendar_code
    from {{ ref('int_master__equipment') }}
),

shifts as (
    select * from {{ ref('int_calendar__shift') }}
),

production_days as (
    select * from {{ ref('int_calendar__production_day') }}
),

day_offsets as (
    select
        shifts.site_code,
        shifts.calendar_code,
        min(
            {{ utc_to_local('shifts.started_at', 'production_days.timezone') }}
            - cast(shifts.production_day as timestamp)
        ) as day_offset
    from shifts
    inner join production_days
        on
            shifts.site_code = production_days.site_code
            and shifts.production_day = production_days.production_day
    group by 1, 2
),

day_starts as (
    select
        calendars.site_code,
        calendars.calendar_code,
        production_days.production_day,
        {{ local_to_utc(
            'cast(production_days.production_day as timestamp) + coalesce(day_offsets.day_offset, interval 0 day)',
            'production_days.timezone'
        ) }} as started_at
    from calendars
    inner join production_days on calendars.site_code = production_days.site_code
    left join day_offsets
        on calendars.site_code = day_offsets.site_code and calendars.calendar_code = day_offsets.calendar_code
),

days as (
    select
        *,
        lead(started_at) over (partition by site_code, calendar_code order by started_at) as ended_at
    from day_starts
)

select * from days

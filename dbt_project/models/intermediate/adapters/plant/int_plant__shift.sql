{%- set break_start = "split_part(break_window, '-', 1)" %}
{%- set break_end = "split_part(break_window, '-', 2)" %}

with shifts as (
    select * from {{ ref('stg_plant__shifts') }}
),

exceptions as (
    select * from {{ ref('stg_plant__shift_exceptions') }}
),

days as (
    select * from {{ ref('int_calendar__production_day') }}
),

rest_days as (
    select * from {{ ref('int_calendar__rest_day') }}
),

instances as (
    select
        shifts.site_code,
        shifts.calendar_code,
        days.production_day,
        shifts.shift_code,
        days.timezone,
        shifts.break_windows,
        shifts.start_local,
        cast(days.production_day as timestamp)
        + {{ clock_interval('shifts.start_local') }} as started_local,
        cast(days.production_day as timestamp) + {{ clock_interval('shifts.end_local') }}
        + case when shifts.crosses_midnight then interval 1 day else interval 0 day end as ended_local,
        -- an exception speaks of one shift and beats the holiday
        coalesce(exceptions.is_working, shifts.is_working and rest_days.production_day is null)
            as is_working,
        greatest(shifts._ingested_at, exceptions._ingested_at, rest_days._source_ingested_at)
            as _source_ingested_at
    from shifts
    inner join days on shifts.site_code = days.site_code and shifts.iso_weekday = days.iso_weekday
    left join exceptions
        on
            shifts.site_code = exceptions.site_code
            and shifts.calendar_code = exceptions.calendar_code
            and shifts.shift_code = exceptions.shift_code
            and days.production_day = exceptions.production_day
    left join rest_days
        on
            shifts.site_code = rest_days.site_code
            and shifts.calendar_code = rest_days.calendar_code
            and days.production_day = rest_days.production_day
),

break_windows as (
    select
        site_code,
        calendar_code,
        production_day,
        shift_code,
        timezone,
        start_local,
        {{ split_to_rows('break_windows', "'|'") }} as break_window
    from instances
    where is_working and break_windows <> ''
),

break_times as (
    select
        site_code,
        calendar_code,
        production_day,
        shift_code,
        {{ local_to_utc(shift_clock('production_day', break_start, 'start_local'), 'timezone') }}
            as started_at,
        {{ local_to_utc(shift_clock('production_day', break_end, 'start_local'), 'timezone') }}
            as ended_at
    from break_windows
),

breaks as (
    select
        site_code,
        calendar_code,
        production_day,
        shift_code,
        sum({{ seconds_between('started_at', 'ended_at') }}) as planned_break_s
    from break_times
    group by 1, 2, 3, 4
),

placed as (
    select
        instances.site_code,
        instances.calendar_code,
        instances.production_day,
        instances.shift_code,
        {{ local_to_utc('instances.started_local', 'instances.timezone') }} as started_at,
        {{ local_to_utc('instances.ended_local', 'instances.timezone') }} as ended_at,
        instances.is_working,
        coalesce(breaks.planned_break_s, 0) as planned_break_s,
        instances._source_ingested_at
    from instances
    left join breaks
        on
            instances.site_code = breaks.site_code
            and instances.calendar_code = breaks.calendar_code
            and instances.production_day = breaks.production_day
            and instances.shift_code = breaks.shift_code
)

select * from placed

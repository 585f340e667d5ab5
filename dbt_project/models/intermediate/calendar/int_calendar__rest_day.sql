with calendars as (
    select distinct
        site_code,
        calendar_code
    from {{ ref('stg_plant__shifts') }}
),

holidays as (
    select * from {{ ref('stg_plant__holidays') }}
),

rest_days as (
    -- a holiday speaks of one calendar or of all calendars of its site
    select
        calendars.site_code,
        calendars.calendar_code,
        holidays.production_day,
        min(holidays.holiday_name) as holiday_name,
        max(holidays._ingested_at) as _source_ingested_at
    from calendars
    inner join holidays
        on
            calendars.site_code = holidays.site_code
            and holidays.calendar_code in ('*', calendars.calendar_code)
    group by 1, 2, 3
)

select * from rest_days

{{ config(materialized='table') }}

with shifts as (
    select * from {{ ref('int_calendar__shift') }}
),

days as (
    select * from {{ ref('int_calendar__calendar_day') }}
),

boundaries as (
    select
        site_code,
        calendar_code,
        started_at
    from days
    union
    select
        site_code,
        calendar_code,
        started_at
    from shifts
    union
    select
        site_code,
        calendar_code,
        ended_at
    from shifts
),

pieces as (
    select
        *,
        lead(started_at) over (partition by site_code, calendar_code order by started_at) as ended_at
    from boundaries
),

slots as (
    select
        pieces.site_code,
        pieces.calendar_code,
        coalesce(shifts.production_day, days.production_day) as production_day,
        coalesce(shifts.shift_code, 'NONE') as shift_code,
        pieces.started_at,
        pieces.ended_at,
        coalesce(shifts.is_working, false) as is_working,
        coalesce(shifts.planned_break_s, 0) as planned_break_s,
        shifts._source_ingested_at
    from pieces
    inner join days
        on
            pieces.site_code = days.site_code
            and pieces.calendar_code = days.calendar_code
            and pieces.started_at >= days.started_at
            and (pieces.started_at < days.ended_at or days.ended_at is null)
    left join shifts
        on
            pieces.site_code = shifts.site_code
            and pieces.calendar_code = shifts.calendar_code
            and pieces.started_at >= shifts.started_at
            and pieces.started_at < shifts.ended_at
    where pieces.ended_at is not null
),

numbered as (
    select
        *,
        row_number() over (
            partition by site_code, calendar_code, production_day, shift_code order by started_at
        ) as gap_no
    from slots
),

identified as (
    select
        site_code || '-' || calendar_code || '-' || cast(production_day as string) || '-' || shift_code
        || case when shift_code = 'NONE' then '-' || cast(gap_no as string) else '' end as shift_id,
        site_code,
        calendar_code,
        production_day,
        shift_code,
        started_at,
        ended_at,
        is_working,
        planned_break_s,
        _source_ingested_at
    from numbered
)

select * from identified

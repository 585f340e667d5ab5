with orders as (
    select * from {{ ref('int_production__production_order') }}
),

movements as (
    select * from {{ ref('int_stock__stock_movement') }}
),

production_days as (
    select * from {{ ref('int_calendar__production_day') }}
),

mentioned as (
    select
        least(min(planned_start_date), min(created_date), min(actual_start_date)) as first_date,
        greatest(max(due_date), max(actual_end_date)) as last_date
    from orders
    union all
    select
        min(posting_date) as first_date,
        max(posting_date) as last_date
    from movements
    union all
    select
        min(production_day) as first_date,
        max(production_day) as last_date
    from production_days
),

whole_years as (
    select
        date_trunc('year', min(first_date)) as first_date,
        date_trunc('year', max(last_date)) + interval 1 year - interval 1 day as last_date
    from mentioned
),

days as (
    select cast({{ dates_between('first_date', 'last_date') }} as date) as date_day
    from whole_years
    where first_date is not null
),

described as (
    select
        date_day,
        cast(extract(year from date_day) as integer) as year_no,
        cast(extract(quarter from date_day) as integer) as quarter_no,
        cast(extract(month from date_day) as integer) as month_no,
        cast(extract(week from date_day) as integer) as iso_week_no,
        cast({{ iso_weekday('date_day') }} as integer) as iso_weekday,
        cast(date_trunc('month', date_day) as date) as month_start_date,
        {{ iso_weekday('date_day') }} >= 6 as is_weekend
    from days
)

select * from described

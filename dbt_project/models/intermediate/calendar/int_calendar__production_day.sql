with sites as (
    select * from {{ ref('int_master__site') }}
),

signs_of_life as (
    select
        site_code,
        min(changed_at) as first_at,
        max(coalesce(ended_at, changed_at)) as last_at
    from {{ ref('int_production__machine_state') }}
    group by 1
    union all
    select
        site_code,
        min(counted_at) as first_at,
        max(counted_at) as last_at
    from {{ ref('int_production__counter') }}
    group by 1
),

horizons as (
    select
        site_code,
        min(first_at) as first_at,
        max(last_at) as last_at
    from signs_of_life
    group by 1
),

local_days as (
    select
        sites.site_code,
        sites.timezone,
        cast({{ utc_to_local('horizons.first_at', 'sites.timezone') }} as date) - 1 as first_day,
        cast({{ utc_to_local('horizons.last_at', 'sites.timezone') }} as date) + 1 as last_day
    from horizons
    inner join sites on horizons.site_code = sites.site_code
),

days as (
    select
        site_code,
        timezone,
        {{ dates_between('first_day', 'last_day') }} as midnight_local
    from local_days
),

named as (
    select
        site_code,
        timezone,
        cast(midnight_local as date) as production_day,
        {{ iso_weekday('midnight_local') }} as iso_weekday
    from days
)

select * from named

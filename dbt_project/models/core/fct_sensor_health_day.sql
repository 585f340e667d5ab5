with signals as (
    select * from {{ ref('dim_signal') }}
),

periods as (
    select * from {{ ref('dim_signal_period') }}
),

minutes as (
    select * from {{ ref('fct_signal_minute') }}
),

-- A sensor is expected to report from its first reading until the last one of any sensor of its site.
signal_starts as (
    select
        signal_key,
        site_code,
        min(minute_at) as first_at,
        max(case when reading_count > 0 then minute_at end) as last_at
    from minutes
    group by signal_key, site_code
),

expectations as (
    select
        signal_key,
        first_at,
        max(last_at) over (partition by site_code) + interval 1 minute as until_at
    from signal_starts
),

day_numbers as (
    select
        signal_key,
        {{ micros('first_at') }} as first_us,
        {{ micros('until_at') }} as until_us,
        {{ each_from_to(
            window_no(micros('first_at'), 86400000000), window_no(micros('until_at') ~ ' - 1', 86400000000)
        ) }} as day_no
    from expectations
),

expected_days as (
    select
        signal_key,
        {{ instant('day_no * 86400000000') }} as day_at,
        cast({{ instant('day_no * 86400000000') }} as date) as health_date,
        {{ overlap_s('first_us', 'until_us', 'day_no', 86400000000) }} as expected_s
    from day_numbers
),

reported_days as (
    select
        minutes.signal_key,
        cast(minutes.minute_at as date) as health_date,
        sum(minutes.covered_s) as covered_s,
        sum(minutes.good_s) as good_s,
        sum(minutes.reading_count) as reading_count,
        sum(minutes.bad_reading_count) as bad_reading_count,
        min(minutes.min_value) as min_value,
        max(minutes.max_value) as max_value,
        max(minutes._source_ingested_at) as _source_ingested_at
    from minutes
    inner join expectations on minutes.signal_key = expectations.signal_key
    where minutes.minute_at < expectations.until_at
    group by minutes.signal_key, cast(minutes.minute_at as date)
)

select
    signals.signal_key,
    signals.signal_id,
    signals.site_code,
    periods.equipment_id,
    expected_days.health_date,
    expected_days.expected_s,
    coalesce(reported_days.covered_s, 0) as covered_s,
    coalesce(reported_days.good_s, 0) as good_s,
    100 * coalesce({{ ratio('reported_days.covered_s', 'expected_days.expected_s') }}, 0) as completeness_pct,
    100 * coalesce({{ ratio('reported_days.good_s', 'expected_days.expected_s') }}, 0) as good_pct,
    cast(coalesce(reported_days.reading_count, 0) as bigint) as reading_count,
    cast(coalesce(reported_days.bad_reading_count, 0) as bigint) as bad_reading_count,
    100 * {{ ratio('reported_days.bad_reading_count', 'reported_days.reading_count') }} as bad_reading_pct,
    coalesce(reported_days.reading_count >= 10 and reported_days.min_value = reported_days.max_value, false)
        as is_flat,
    reported_days._source_ingested_at
from expected_days
inner join signals on expected_days.signal_key = signals.signal_key
inner join periods
    on
        expected_days.signal_key = periods.signal_key
        and expected_days.day_at >= periods.valid_from
        and expected_days.day_at < periods.valid_to
left join reported_days
    on
        expected_days.signal_key = reported_days.signal_key
        and expected_days.health_date = reported_days.health_date

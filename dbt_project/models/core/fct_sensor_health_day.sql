{%- set tail_at = last_read_hour() -%}
{%- set sums = ['covered_s', 'good_s', 'reading_count', 'bad_reading_count'] %}
with hours as (
    select * from {{ ref('fct_signal_hour') }}
),

-- Only the last hours are read by minutes.
minutes as (
    select * from {{ ref('fct_signal_minute') }}
    where minute_at >= {{ utc_literal(tail_at) }}
),

-- A sensor is expected to report from its first reading until the last one of any sensor of its site.
site_ends as (
    select
        site_code,
        max(minute_at) + interval 1 minute as until_at
    from minutes
    where reading_count > 0
    group by site_code
),

expectations as (
    select
        hours.signal_key,
        min(hours.first_minute_at) as first_at,
        min(site_ends.until_at) as until_at
    from hours
    inner join site_ends on hours.site_code = site_ends.site_code
    group by hours.signal_key
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

parts as (
    {%- for window, instant_at in {'hours': 'hour_at', 'minutes': 'minute_at'}.items() %}
    {{ 'union all' if not loop.first }}
    select
        signal_key,
        {{ instant_at }} as part_at,
        {{ sums | join(',\n        ') }},
        min_value,
        max_value,
        _source_ingested_at
    from {{ window }}
    {%- if loop.first %}
    where {{ instant_at }} < {{ utc_literal(tail_at) }}
    {%- endif %}
    {%- endfor %}
),

reported_days as (
    select
        parts.signal_key,
        cast(parts.part_at as date) as health_date,
        {%- for measure in sums %}
        sum(parts.{{ measure }}) as {{ measure }},
        {%- endfor %}
        min(parts.min_value) as min_value,
        max(parts.max_value) as max_value,
        max(parts._source_ingested_at) as _source_ingested_at
    from parts
    inner join expectations on parts.signal_key = expectations.signal_key
    where parts.part_at < expectations.until_at
    group by parts.signal_key, cast(parts.part_at as date)
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
inner join {{ ref('dim_signal') }} as signals on expected_days.signal_key = signals.signal_key
inner join {{ ref('dim_signal_period') }} as periods
    on
        expected_days.signal_key = periods.signal_key
        and expected_days.day_at >= periods.valid_from
        and expected_days.day_at < periods.valid_to
left join reported_days
    on
        expected_days.signal_key = reported_days.signal_key
        and expected_days.health_date = reported_days.health_date

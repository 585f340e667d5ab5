{#-
    The CTEs `pieces`, `valued` and `minutes`: segments [read_us, end_us) with value, slope and counted_rate, cut at the borders of
    windows of `size` microseconds and aggregated by (series_no, minute_no). Sums weight by microseconds, so a window
    of minutes adds up to a window of hours.
-#}
{% macro minute_aggregates(segments, size) -%}
numbered as (
    select
        *,
        {{ each_from_to(window_no('read_us', size), window_no('end_us - 1', size)) }} as minute_no
    from {{ segments }}
),

pieces as (
    select
        series_no,
        minute_no,
        read_us,
        value,
        slope,
        counted_rate,
        is_good,
        lone_height,
        value - coalesce(lone_height, 0) as despiked_value,
        is_backward,
        repeat_count,
        _source_ingested_at,
        compared_ingested_at,
        greatest(read_us, minute_no * {{ size }}) as from_us,
        least(end_us, (minute_no + 1) * {{ size }}) as to_us
    from numbered
),

valued as (
    select
        *,
        to_us - from_us as piece_us,
        read_us = from_us as is_read_here,
        value + slope * (from_us - read_us) as from_value,
        value + slope * (to_us - read_us) as to_value
    from pieces
),

summed as (
    select
        series_no,
        minute_no,
        cast(sum(case when is_good then piece_us else 0 end) as bigint) as good_us,
        cast(sum(piece_us) as bigint) as covered_us,
        sum((from_value + to_value) / 2 * piece_us) as area,
        sum(value * piece_us) as held_area,
        sum(value * value * piece_us) as held_square_area,
        min(least(from_value, to_value)) as min_value,
        max(greatest(from_value, to_value)) as max_value,
        sum(despiked_value * piece_us) as despiked_area,
        min(despiked_value) as despiked_min_value,
        max(despiked_value) as despiked_max_value,
        {{ last_by('value', 'from_us') }} as last_value,
        min(value) as held_min_value,
        max(value) as held_max_value,
        count(case when is_read_here then 1 end) as reading_count,
        count(case when is_read_here and not is_good then 1 end) as bad_reading_count,
        cast(sum(case when is_read_here then repeat_count else 0 end) as bigint) as repeat_count,
        count(case when is_read_here and is_backward then 1 end) as backward_count,
        greatest(max(case when is_read_here then lone_height end), 0) as max_lone_rise,
        abs(least(min(case when is_read_here then lone_height end), 0)) as max_lone_drop,
        sum(case when is_read_here then abs(lone_height) end) as lone_sum,
        sum(counted_rate * piece_us) as counted_value,
        max(greatest(_source_ingested_at, case when is_read_here then compared_ingested_at else _source_ingested_at end))
            as _source_ingested_at
    from valued
    group by series_no, minute_no
),

minutes as (
    select
        *,
        area / nullif(good_us, 0) as mean_value,
        held_area / nullif(good_us, 0) as held_mean_value,
        despiked_area / nullif(good_us, 0) as despiked_mean_value,
        {{ spread('held_square_area / nullif(good_us, 0)', 'held_area / nullif(good_us, 0)') }} as held_std_value
    from summed
)
{%- endmacro %}

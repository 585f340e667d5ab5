"""Scores, volume and its anomalies by dataset and day, out of results of rules alone.

Here: the query that fills mart_trust__dataset_day, and its limits. Not here: the results (`rows`, `contract_rows`), the columns
of the table (`dbt_project`).

A rule's share of good checks is 1 - unexpected / checked, over all batches of the day; the score of a dimension is the mean over
its rules, each alike, so that one broken rule of a large table is not drowned by its rows. The volume that is expected is the
median of the same weekday's last eight, days without a delivery counted as zero.
"""

from __future__ import annotations

from quality.trust.dimensions import DIMENSIONS

WEEKS = 8
FEWEST_WEEKS = 2
SHARE = 0.5
DEVIATIONS = 4.0
POISSON = 3.0
"""Anomalous is what differs by more than this share of the expected rows, by more than this many standard deviations (1.4826
times the median absolute deviation), and by more than this many roots of the expected rows, as a few events come by chance."""
_SCORES = ",\n        ".join(
    f"100 * avg(share) filter (where dimension = '{name}') as {name}_pct" for name in DIMENSIONS
)
_MEAN = f"list_avg([{', '.join(f'{name}_pct' for name in DIMENSIONS)}])"
DATASET_DAY = f"""
with counting as (
    select *, gate = 'contract' as is_raw from results
    qualify is_raw or judged_at = max(judged_at) over (partition by gate, dataset, batch_date)
),
rules as (
    select dataset, is_raw, batch_date, dimension, rule_name, column_name, rule_text,
        1 - sum(unexpected_count) / sum(checked_count) as share, bool_or(not is_passed) as is_failed,
        bool_or(outcome in ('held', 'blocked')) as is_blocked
    from counting group by all
),
scores as (
    select dataset, is_raw, batch_date,
        {_SCORES},
        count(*) as rule_count, count_if(is_failed) as failed_rule_count, count_if(is_blocked) as blocking_rule_count
    from rules group by all
),
batches as (
    select dataset, is_raw, batch_date, run_id, max(batch_row_count) as row_count from counting group by all
),
volumes as (
    select dataset, is_raw, batch_date, (case when is_raw then sum(row_count) else max(row_count) end)::bigint as row_count
    from batches group by dataset, is_raw, batch_date
),
last_days as (
    select split_part(dataset, '__', 1) as system, max(batch_date) as last_date from volumes where is_raw group by all
),
spans as (
    select dataset, is_raw, min(batch_date) as first_date, any_value(last_date) as last_date
    from volumes inner join last_days on system = split_part(dataset, '__', 1)
    where is_raw and system <> 'plant' group by all
),
spine as (
    select dataset, is_raw, unnest(range(first_date, last_date + 1, interval 1 day))::date as batch_date from spans
    union
    select dataset, is_raw, batch_date from volumes
),
days as (
    select dataset, is_raw, batch_date, coalesce(row_count, 0) as row_count
    from spine left join volumes using (dataset, is_raw, batch_date)
),
seasonal as (
    select *, count(*) over weekday as weeks, median(row_count) over weekday as expected_row_count,
        mad(row_count) over weekday as deviation
    from days
    window weekday as (
        partition by dataset, is_raw, isodow(batch_date) order by batch_date rows between {WEEKS} preceding and 1 preceding)
),
judged as (
    select dataset, case when is_raw then 'raw' else 'warehouse' end as layer, batch_date,
        scores.* exclude (dataset, is_raw, batch_date), {_MEAN} as trust_pct, row_count,
        case when weeks >= {FEWEST_WEEKS} then expected_row_count end as expected_row_count,
        coalesce(weeks >= {FEWEST_WEEKS} and abs(row_count - expected_row_count)
            > greatest({SHARE} * expected_row_count, {DEVIATIONS} * 1.4826 * deviation, {POISSON} * sqrt(greatest(expected_row_count, 1))), false) as is_volume_anomaly
    from seasonal left join scores using (dataset, is_raw, batch_date)
)
select *, trust_pct - avg(trust_pct) over (
    partition by dataset, layer order by batch_date range between interval 7 days preceding and interval 1 day preceding
) as trust_change
from judged
where row_count > 0 or is_volume_anomaly or rule_count is not null"""

"""Shares without a value by column and day of delivery, and which of them are none that the column usually has.

Here: the query that fills mart_trust__column_day out of the ledger's counts, and its limits. Not here: counting, which the load
does as it stages rows (`ingestion.rows`), the columns of the table (`dbt_project`).

Expected is the median of the same weekday's last eight, as for volumes. Anomalous is what differs from it by more than so many
points, so many standard deviations (1.4826 times the median absolute deviation), and so many of a share that comes by chance
(of few rows any share does: one with and one without a value are counted in).
"""

from __future__ import annotations

from datetime import timedelta

from quality.trust.dataset_day import DEVIATIONS, FEWEST_WEEKS, WEEKS

KEPT = timedelta(weeks=26)
"""Loads that are looked at: a build must not read the counts of all files that ever came."""
POINTS = 10.0
CHANCE = 4.0
LEDGER = (
    "raw_name",
    "file",
    "sha256",
    "transaction",
    "recorded_at",
    "mtime_ns",
    "rows_committed",
    "null_counts",
)
"""Columns of the ledger that the query reads, of committed files only."""
COLUMN_DAY = f"""
with files as (
    select raw_name as dataset, make_timestamptz(mtime_ns // 1000)::date as batch_date, rows_committed, null_counts
    from ledger where null_counts is not null
    qualify row_number() over (
        partition by raw_name, coalesce(nullif("transaction", ''), sha256) order by recorded_at desc, file desc) = 1
),
days as (
    select dataset, batch_date, sum(rows_committed)::bigint as row_count from files group by all having row_count > 0
),
entries as (
    select dataset, batch_date, unnest(map_entries(null_counts::json::map(varchar, bigint))) as entry from files
),
counts as (
    select dataset, batch_date, entry.key as column_name, sum(entry.value)::bigint as null_count from entries group by all
),
shares as (
    select dataset, column_name, batch_date, row_count, coalesce(null_count, 0) as null_count,
        100.0 * coalesce(null_count, 0) / row_count as null_pct
    from days inner join (select distinct dataset, column_name from counts) using (dataset)
    left join counts using (dataset, column_name, batch_date)
),
seasonal as (
    select *, count(*) over weekday as weeks, median(null_pct) over weekday as usual_pct, mad(null_pct) over weekday as deviation
    from shares
    window weekday as (
        partition by dataset, column_name, isodow(batch_date) order by batch_date
        rows between {WEEKS} preceding and 1 preceding)
)
select dataset, column_name, batch_date, row_count, null_count, null_pct,
    case when weeks >= {FEWEST_WEEKS} then usual_pct end as expected_null_pct,
    coalesce(weeks >= {FEWEST_WEEKS} and abs(null_pct - usual_pct) > greatest({POINTS}, {DEVIATIONS} * 1.4826 * deviation,
        {CHANCE} * sqrt(by_chance_pct * (100 - by_chance_pct) / row_count)), false) as is_null_anomaly
from (select *, (usual_pct * row_count + 100) / (row_count + 2) as by_chance_pct from seasonal)"""

"""Flags of signals: hours out of the warehouse, through quality.health, back beside them as fct_signal_flag_day.

Here: reading and writing the two tables of a built warehouse. Not here: what is wrong with a signal (``quality.health``),
the columns of the table (``dbt_project``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.lib.bounded import open_bounded
from quality.health.detect import find_flags
from quality.health.flags import Flag
from quality.health.hours import HOURS_PER_DAY, MEASURES, SignalHours, SignalTraits

ROWS_AT_ONCE = 25_000
"""Hours of signals that the engine adds up together, so that what it holds does not grow with the history."""
SIGNALS = """
    select signal_id, site_code, coalesce(equipment_id, signal_id), measurement,
        coalesce(low_limit, 'nan'::double), coalesce(high_limit, 'nan'::double)
    from core.dim_signal where signal_id in (select signal_id from core.fct_signal_hour) order by signal_id"""
SPAN = """
    select min(epoch_us(hour_at)) // 3600000000, max(epoch_us(hour_at)) // 3600000000
    from core.fct_signal_hour where signal_id in (select signal_id from core.dim_signal)"""
HOURS = f"""
    with places as (
        select signal_id, row_number() over (order by signal_id) - 1 as place from ({SIGNALS}) as signals
    )
    select place, epoch_us(hour_at) // 3600000000 as hour_no,
        sum(mean_value * good_s) / nullif(sum(good_s), 0) as mean_value, arg_max(last_value, covered_s) as last_value,
        min(held_min_value) as held_min_value, max(held_max_value) as held_max_value,
        min(min_value) as min_value, max(max_value) as max_value,
        sum(reading_count)::double as reading_count, sum(repeat_count)::double as repeat_count,
        sum(backward_count)::double as backward_count,
        max(max_lone_rise) as max_lone_rise, max(max_lone_drop) as max_lone_drop, sum(lone_sum) as lone_sum,
        sum(covered_s) as covered_s,
        epoch(max(_source_ingested_at)) - 3600.0 * (hour_no + 1) as latency_s
    from core.fct_signal_hour join places using (signal_id)
    where hour_at >= make_timestamptz($since * 3600000000) and hour_at < make_timestamptz($until * 3600000000)
    group by place, hour_no"""
INSERT = """
    insert into core.fct_signal_flag_day by name
    with hours as (
        select signal_id, flag_kind, observed_value, limit_value, cause,
            unnest(range(first_hour, until_hour)) as hour_no, hour_no // 24 as day_no
        from flags
    )
    select dim_signal.signal_key, hours.signal_id, dim_signal.site_code, dim_signal_period.equipment_id,
        make_timestamptz(day_no * 86400000000)::date as health_date, flag_kind,
        make_timestamptz(min(hour_no) * 3600000000) as first_at,
        make_timestamptz((max(hour_no) + 1) * 3600000000) as until_at,
        count(distinct hour_no) as hour_count,
        arg_max(observed_value, abs(observed_value)) as observed_value,
        arg_max(limit_value, abs(observed_value)) as limit_value,
        nullif(arg_max(cause, abs(observed_value)), '') as cause
    from hours
    join core.dim_signal using (signal_id)
    join core.dim_signal_period on hours.signal_id = dim_signal_period.signal_id
        and make_timestamptz(day_no * 86400000000) >= valid_from and make_timestamptz(day_no * 86400000000) < valid_to
    group by all"""


def fill_signal_flags(warehouse: Path) -> int:
    """Judge all signals of a built warehouse anew and replace the rows of core.fct_signal_flag_day; return their number."""
    with open_bounded(warehouse) as connection:
        data = read_hours(connection)  # what the engine read is let go of before they are judged
    flags = flag_table(data, find_flags(data) if data else [])
    with open_bounded(warehouse) as connection:
        connection.register("flags", flags)
        connection.execute("begin")
        connection.execute("delete from core.fct_signal_flag_day")
        [(count,)] = connection.execute(INSERT).fetchall()
        connection.execute("commit")
    return int(count)


def read_hours(connection: duckdb.DuckDBPyConnection) -> SignalHours | None:
    """Return the hours of all signals as matrices; None if there are none."""
    traits = [SignalTraits(*row) for row in connection.execute(SIGNALS).fetchall()]
    [(first, last)] = connection.execute(SPAN).fetchall()
    if first is None:
        return None
    start = first // HOURS_PER_DAY * HOURS_PER_DAY
    measures = {name: np.full((len(traits), last - start + 1), np.nan) for name in MEASURES}
    step = max(HOURS_PER_DAY, ROWS_AT_ONCE // len(traits))
    for since in range(start, last + 1, step):
        columns = connection.sql(HOURS, params={"since": since, "until": since + step}).to_arrow_table()
        place, hours = columns["place"].to_numpy(), columns["hour_no"].to_numpy() - start
        for name, matrix in measures.items():
            matrix[place, hours] = columns[name].to_numpy()
    return SignalHours(traits, start, measures)


def flag_table(data: SignalHours | None, flags: Sequence[Flag]) -> pa.Table:
    """Return flags with the ids of their signals and hours since 1970."""
    first = data.first_hour if data else 0
    return pa.table({
        "signal_id": pa.array([data.signals[f.signal].signal_id for f in flags] if data else [], pa.string()),
        "flag_kind": pa.array([f.kind for f in flags], pa.string()),
        "first_hour": pa.array([first + f.first for f in flags], pa.int64()),
        "until_hour": pa.array([first + f.until for f in flags], pa.int64()),
        "observed_value": pa.array([f.observed for f in flags], pa.float64()),
        "limit_value": pa.array([f.limit for f in flags], pa.float64()),
        "cause": pa.array([f.cause for f in flags], pa.string()),
    })  # fmt: skip

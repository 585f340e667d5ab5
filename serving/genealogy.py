"""What went into a lot, and what it went into: the trace of a release with orders, machines and process conditions.

Here: the questions to a release's tables. Not here: how lots are linked (dbt: bridge_lot_link, mart_genealogy__lot_trace),
which release is asked and how the answer is printed (`orchestration.cli.trace`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import duckdb

from serving.errors import AmbiguousLotError, LotNotFoundError


class Direction(StrEnum):
    """Backward: all that went into the lot. Forward: all that it went into."""

    BACKWARD = "backward"
    FORWARD = "forward"


@dataclass(frozen=True)
class Answer:
    """Rows under their columns."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


_NAMED = """
select distinct lot_id from fct_stock_movement
where lot_id is not null and (lot_id = $lot or batch_no = $lot) order by lot_id"""
# The lots of the trace with their distance; the lot itself has none.
_LOTS = {
    Direction.BACKWARD: """
lots as (
    select $lot as lot_id, 0 as steps
    union all
    select ancestor_lot_id, steps from mart_genealogy__lot_trace where lot_id = $lot and ancestor_lot_id <> $lot
)""",
    Direction.FORWARD: """
lots as (
    select $lot as lot_id, 0 as steps
    union all
    select lot_id, steps from mart_genealogy__lot_trace where ancestor_lot_id = $lot and lot_id <> $lot
)""",
}
_MADE = """
made as (
    select lots.steps, moved.lot_id, moved.order_id
    from fct_stock_movement as moved join lots using (lot_id)
    where moved.order_role = 'product' and moved.order_id is not null
    group by all having sum(moved.moved_qty) > 0
)"""
_RUN = """
run as (
    select made.steps, made.lot_id, made.order_id, piece.equipment_id, piece.started_at, piece.ended_at
    from made join fct_state_interval as piece using (order_id)
    where piece.time_element = 'apt'
)"""


def lots(con: duckdb.DuckDBPyConnection, lot: str, direction: Direction) -> Answer:
    """The links of the trace, nearest first: which lot went into which by which order, in which quantity."""
    near, far = ("child", "parent") if direction is Direction.BACKWARD else ("parent", "child")
    return _ask(con, f"{direction} trace of {lot}", lot, f"""
        with {_LOTS[direction]}
        select lots.steps + 1 as steps, link.parent_lot_id, parent.material_name as parent_material, link.order_id,
            link.child_lot_id, child.material_name as child_material, link.consumed_qty, link.consumed_unit,
            link.is_rework, link.first_consumed_date
        from bridge_lot_link as link
        join lots on link.{near}_lot_id = lots.lot_id
        left join dim_material as parent on link.parent_material_id = parent.material_id
        left join dim_material as child on link.child_material_id = child.material_id
        order by steps, link.{near}_lot_id, link.{far}_lot_id, link.order_id""")  # fmt: skip


def machines(con: duckdb.DuckDBPyConnection, lot: str, direction: Direction) -> Answer:
    """The orders that made the lots of the trace, on which machines and when; pieces by the machines' counters."""
    return _ask(con, "orders and machines", lot, f"""
        with {_LOTS[direction]}, {_MADE}, {_RUN}, times as (
            select steps, lot_id, order_id, equipment_id, min(started_at) as started_at, max(ended_at) as ended_at,
                sum(epoch(ended_at) - epoch(started_at)) / 3600 as run_h
            from run group by all
        ), counted as (
            select order_id, equipment_id, sum(produced_qty)::bigint as produced_qty, sum(scrap_qty)::bigint as scrap_qty,
                sum(rework_qty)::bigint as rework_qty
            from fct_time_element group by all
        )
        select steps, lot_id, order_id, equipment_id, equipment_name, started_at, ended_at, round(run_h, 2) as run_h,
            produced_qty, scrap_qty, rework_qty
        from times
        left join counted using (order_id, equipment_id)
        left join dim_equipment as machine using (equipment_id)
        where machine.is_current is distinct from false
        order by steps, lot_id, order_id, started_at, equipment_id""")  # fmt: skip


def conditions(con: duckdb.DuckDBPyConnection, lot: str, direction: Direction) -> Answer:
    """Signals of the machines in the hours in which they made the lots, weighted by the seconds of each hour."""
    return _ask(con, "process conditions", lot, f"""
        with {_LOTS[direction]}, {_MADE}, {_RUN}, read as (
            select run.steps, run.lot_id, run.order_id, run.equipment_id, hour.signal_id, hour.mean_value, hour.min_value,
                hour.max_value, epoch(least(run.ended_at, hour.hour_at + interval 1 hour))
                    - epoch(greatest(run.started_at, hour.hour_at)) as weight_s
            from run
            join fct_signal_hour as hour on run.equipment_id = hour.equipment_id
                and hour.hour_at < run.ended_at and hour.hour_at > run.started_at - interval 1 hour
            where hour.mean_value is not null
        )
        select read.steps, read.lot_id, read.order_id, read.equipment_id, signal.measurement, signal.unit,
            round(sum(mean_value * weight_s) / nullif(sum(weight_s), 0), 4) as mean_value,
            round(min(min_value), 4) as min_value, round(max(max_value), 4) as max_value,
            round(sum(weight_s) / 3600, 2) as run_h
        from read left join dim_signal as signal using (signal_id)
        group by all
        order by read.steps, read.lot_id, read.order_id, read.equipment_id, signal.measurement""")  # fmt: skip


ANSWERS: dict[str, Callable[[duckdb.DuckDBPyConnection, str, Direction], Answer]] = {
    "lots": lots,
    "machines": machines,
    "conditions": conditions,
}


def lot_named(con: duckdb.DuckDBPyConnection, text: str) -> str:
    """The id of the lot that ``text`` names, by id or by batch number.

    Raises LotNotFoundError where no lot has this name and AmbiguousLotError where several have.
    """
    found = [row[0] for row in con.execute(_NAMED, {"lot": text}).fetchall()]
    if not found:
        raise LotNotFoundError(text)
    if len(found) > 1 and text not in found:
        raise AmbiguousLotError(text, found)
    return text if text in found else str(found[0])


def _ask(con: duckdb.DuckDBPyConnection, title: str, lot: str, sql: str) -> Answer:
    result = con.execute(sql, {"lot": lot})
    columns = tuple(column[0] for column in result.description or ())
    return Answer(title, columns, result.fetchall())

"""What AdventureWorks has to come out as: the published figures, and the same computed from the raw files.

The published figures were computed outside any pipeline. ``from_files`` computes them again, with polars on what
pyarrow reads, sharing no code with the pipeline: a third way to the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

PUBLISHED: dict[str, Any] = {
    "work orders": 72_591,
    "products with work orders": 238,
    "ordered, stocked, scrapped quantity": (4_507_721, 4_497_070, 10_651),
    "scrap rate in percent": 0.236283,
    "work orders with scrap": 729,
    "first and last start": (date(2011, 6, 3), date(2014, 6, 2)),
    "work orders by start year": [(2011, 8_904), (2012, 18_693), (2013, 28_905), (2014, 16_089)],
    "work orders started before 2012": 8_904,
    "late work orders": 22_790,
    "late work orders in percent": 31.395077,
    "days late in total": 192_424,
    "routing operations": 67_131,
    "work orders with and without routing": (42_625, 29_966),
    "planned and actual cost": (Decimal("3487969.50"), Decimal("3487969.50")),
    "resource hours": Decimal("228962.2"),
    "late operations": 39_212,
    "operations that end after their work order": 4_369,
    "top scrap reason: orders, pieces": ("Paint process failed", 37, 1_271),
    "location with most operations": ("Subassembly", 30_107),
    "bill of material lines, active ones": (2_679, 2_480),
}


class Files:
    """The raw Parquet files, read by pyarrow (their INT96 statistics mislead engines that trust them)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, table: str) -> pl.DataFrame:
        frame = pl.from_arrow(pq.read_table(self.folder / f"{table}.parquet"))
        assert isinstance(frame, pl.DataFrame)
        return frame

    @property
    def orders(self) -> pl.DataFrame:
        return self("Production.WorkOrder")

    @property
    def operations(self) -> pl.DataFrame:
        return self("Production.WorkOrderRouting")


def _totals(files: Files) -> tuple[int, ...]:
    return tuple(int(files.orders[name].sum()) for name in ("OrderQty", "StockedQty", "ScrappedQty"))


def _late(files: Files) -> pl.DataFrame:
    return files.orders.filter(pl.col("EndDate") > pl.col("DueDate"))


def _by_year(files: Files) -> list[tuple[Any, ...]]:
    return files.orders.group_by(pl.col("StartDate").dt.year()).len().sort("StartDate").rows()


def _routed(files: Files) -> tuple[int, int]:
    routed = set(files.operations["WorkOrderID"])
    orders = set(files.orders["WorkOrderID"])
    return len(orders & routed), len(orders - routed)


def _top_reason(files: Files) -> tuple[Any, ...]:
    scrapped = files.orders.filter(pl.col("ScrapReasonID").is_not_null())
    sums = scrapped.group_by("ScrapReasonID").agg(pl.len().alias("orders"), pl.sum("ScrappedQty"))
    named = sums.join(files("Production.ScrapReason"), on="ScrapReasonID")
    return named.sort("ScrappedQty", descending=True).select("Name", "orders", "ScrappedQty").row(0)


def _top_location(files: Files) -> tuple[Any, ...]:
    counts = files.operations.group_by("LocationID").len()
    named = counts.join(files("Production.Location"), on="LocationID")
    return named.sort("len", descending=True).select("Name", "len").row(0)


def _after_order(files: Files) -> int:
    joined = files.operations.join(files.orders.select("WorkOrderID", "EndDate"), on="WorkOrderID")
    return joined.filter(pl.col("ActualEndDate") > pl.col("EndDate")).height


def _bill_of_material(files: Files) -> tuple[int, int]:
    lines = files("Production.BillOfMaterials")
    return lines.height, lines["EndDate"].null_count()


FROM_FILES: dict[str, Callable[[Files], Any]] = {
    "work orders": lambda f: f.orders.height,
    "products with work orders": lambda f: f.orders["ProductID"].n_unique(),
    "ordered, stocked, scrapped quantity": _totals,
    "scrap rate in percent": lambda f: round(100 * _totals(f)[2] / _totals(f)[0], 6),
    "work orders with scrap": lambda f: f.orders.filter(pl.col("ScrappedQty") > 0).height,
    "first and last start": lambda f: (
        f.orders["StartDate"].min().date(),
        f.orders["StartDate"].max().date(),
    ),
    "work orders by start year": _by_year,
    "work orders started before 2012": lambda f: (
        f.orders.filter(pl.col("StartDate") < date(2012, 1, 1)).height
    ),
    "late work orders": lambda f: _late(f).height,
    "late work orders in percent": lambda f: round(100 * _late(f).height / f.orders.height, 6),
    "days late in total": lambda f: (
        _late(f).select((pl.col("EndDate") - pl.col("DueDate")).dt.total_days().sum()).item()
    ),
    "routing operations": lambda f: f.operations.height,
    "work orders with and without routing": _routed,
    "planned and actual cost": lambda f: (
        f.operations["PlannedCost"].sum(),
        f.operations["ActualCost"].sum(),
    ),
    "resource hours": lambda f: f.operations["ActualResourceHrs"].sum(),
    "late operations": lambda f: (
        f.operations.filter(pl.col("ActualEndDate") > pl.col("ScheduledEndDate")).height
    ),
    "operations that end after their work order": _after_order,
    "top scrap reason: orders, pieces": _top_reason,
    "location with most operations": _top_location,
    "bill of material lines, active ones": _bill_of_material,
}

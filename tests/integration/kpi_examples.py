"""The pages of the KPI catalogue, and their example rows as a small warehouse that the marts of a run are built on.

Belongs here: reading of docs/kpi and the tables of an example. Not here: what is asserted of them.
"""

from __future__ import annotations

import ast
import json
import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import yaml

PAGES = Path(__file__).parents[2] / "docs" / "kpi"
_SECTION = re.compile(r"^## `(\w+)`\n(?:(?!^## ).)*?^Example: `([^`]+)` = (\S+)$", re.MULTILINE | re.DOTALL)
_SUM = re.compile(r"^\| `(\w+)` \| .+ \| (\S+) \|$", re.MULTILINE)
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Pow: operator.pow,
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One metric on its page: the sum by hand (none for a plain sum) and what it comes to."""

    page: str
    metric: str
    by_hand: str | None
    value: float


def pages() -> list[Path]:
    return sorted(path for path in PAGES.glob("*.md") if path.name != "README.md")


def examples() -> list[Example]:
    found = []
    for path in pages():
        text = path.read_text(encoding="utf-8")
        found += [
            Example(path.name, name, sum_, float(value)) for name, sum_, value in _SECTION.findall(text)
        ]
        found += [Example(path.name, name, None, float(value)) for name, value in _SUM.findall(text)]
    return found


def calculate(sum_: str) -> float:
    """Value of a sum of numbers: + - * / ** sqrt() and brackets, nothing else."""

    def value(node: ast.expr) -> float:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.BinOp(left, kind, right):
                return _OPERATORS[type(kind)](value(left), value(right))
            case ast.Call(func=ast.Name(id="sqrt"), args=[inner]):
                return math.sqrt(value(inner))
        raise ValueError(f"{sum_!r}: {ast.dump(node)} has no place in an example")

    return value(ast.parse(sum_, mode="eval").body)


class Project:
    """Tables and compiled models of a run, for warehouses of other rows."""

    def __init__(self, target: Path) -> None:
        nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
        self._tables = {
            node["name"]: node
            for node in nodes.values()
            if node["resource_type"] == "model" and node["schema"] in ("core", "marts")
        }
        self._compiled = target / "compiled" / "tundish"

    def warehouse(self, rows: dict[str, list[dict[str, Any]]]) -> duckdb.DuckDBPyConnection:
        """All tables of core with these rows or none, and the marts as the run built them on those."""
        con = duckdb.connect()
        con.execute("set timezone = 'UTC'; attach ':memory:' as tundish; use tundish")
        con.execute("create schema core; create schema marts")
        for name, node in self._tables.items():
            if node["schema"] == "core":
                self._create(con, name, rows.get(name, []))
        for name, node in self._tables.items():
            if node["schema"] == "marts":
                self.build(con, name)
        return con

    def build(self, con: duckdb.DuckDBPyConnection, mart: str) -> None:
        """Build a mart and the marts that it reads, unless it is there."""
        node = self._tables[mart]
        if con.execute("select 1 from duckdb_tables() where table_name = ?", [mart]).fetchall():
            return
        for parent in node["depends_on"]["nodes"]:
            if self._tables[parent.split(".")[-1]]["schema"] == "marts":
                self.build(con, parent.split(".")[-1])
        sql = (self._compiled / node["original_file_path"]).read_text(encoding="utf-8")
        con.execute(f"create table marts.{mart} as {sql}")

    def _create(self, con: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
        columns = self._tables[name]["columns"]
        typed = ", ".join(f"{column['name']} {column['data_type']}" for column in columns.values())
        con.execute(f"create table core.{name} ({typed})")
        for row in rows:
            places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
            con.execute(f"insert into core.{name} ({', '.join(row)}) values ({places})", list(row.values()))


def example_rows(page: str) -> dict[str, list[dict[str, Any]]]:
    """The rows in the first YAML block of a page, by table of core."""
    block = re.search(r"```yaml\n(.*?)```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL)
    assert block, f"{page} has no example rows"
    read: dict[str, list[dict[str, Any]]] = yaml.safe_load(block.group(1))
    return read

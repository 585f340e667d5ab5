"""Traces of random lot graphs, loops of rework included, against a walk in plain Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.lot_oracle import steps_between
from tests.integration.plant_rows import Plant, create_raw

PROJECT = Path(__file__).parents[2] / "dbt_project"
SITES = [{"site_code": "S", "name": "A", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE"}]
MODELS = {"bridge_lot_link": "core", "mart_genealogy__lot_trace": "marts"}
DEEPEST = 16
Move = tuple[str, str, str, int]  # order, role, lot, quantity with sign


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The two models as views over movements that each example replaces."""
    folder = tmp_path_factory.mktemp("genealogy")
    warehouse = folder / "tundish.duckdb"
    create_raw(warehouse, Plant())
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "TUNDISH_"))}
    environment |= {"TUNDISH_WAREHOUSE": str(warehouse), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")), "run", "--empty", "--select", *(f"+{model}" for model in MODELS),
            "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
            "--vars", json.dumps({"active_systems": ["sap_ecc"], "sites": SITES, "enterprise": "E"}),
            "--target-path", str(folder / "target"), "--log-path", str(folder / "logs"),
        ],
        env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(warehouse)) as con:
        for model, schema in MODELS.items():
            (compiled,) = (folder / "target" / "compiled").rglob(f"{model}.sql")
            sql = compiled.read_text(encoding="utf-8")
            con.execute(f"drop table {schema}.{model}")
            con.execute(f"create view {schema}.{model} as {sql.replace(' where false limit 0', '')}")
        yield con


@dataclass(frozen=True)
class Reference:
    """Direct links (order, parent, child) with the quantity consumed, and the shortest way of each pair of lots."""

    links: dict[tuple[str, str, str], int]
    steps: dict[tuple[str, str], int]


def reference(moves: list[Move]) -> Reference:
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for order, role, lot, quantity in moves:
        sums[order, role, lot] += quantity
    links = {
        (order, parent, child): -taken
        for (order, role, parent), taken in sums.items() if role == "component" and taken < 0
        for (other, made, child), given_ in sums.items() if other == order and made == "product" and given_ > 0
    }  # fmt: skip
    return Reference(links, steps_between((parent, child) for _, parent, child in links))


def fill(con: duckdb.DuckDBPyConnection, moves: list[Move]) -> None:
    con.execute("delete from core.fct_stock_movement")
    rows = [
        (str(number), "S", f"S-{lot}", lot[0], lot[1:], order, role, quantity, "ST", date(2025, 10, 6))
        for number, (order, role, lot, quantity) in enumerate(moves)
    ]
    if rows:
        con.executemany(
            """insert into core.fct_stock_movement (movement_id, site_code, lot_id, material_id, batch_no, order_id,
            order_role, moved_qty, quantity_unit, posting_date) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            rows,
        )


LOTS = st.sampled_from([f"{material}{number}" for material in "RHF" for number in range(4)])
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["O1", "O2", "O3", "O4", "O5", "O6"]), st.sampled_from(["component", "product"]), LOTS,
        st.integers(-3, 3),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_links_and_traces_of_any_graph(models: duckdb.DuckDBPyConnection, moves: list[Move]) -> None:
    fill(models, moves)
    expected = reference(moves)
    links = models.execute(
        "select order_id, parent_lot_id[3:], child_lot_id[3:], consumed_qty::bigint from core.bridge_lot_link"
    ).fetchall()
    assert {row[:3]: row[3] for row in links} == expected.links
    assert len(links) == len(expected.links)
    traced = models.execute(
        "select ancestor_lot_id[3:], lot_id[3:], steps, is_loop from marts.mart_genealogy__lot_trace"
    ).fetchall()
    assert {row[:2]: row[2] for row in traced} == expected.steps
    assert len(traced) == len(expected.steps)
    assert {row[:2] for row in traced if row[3]} == {
        (a, b) for a, b in expected.steps if (b, a) in expected.steps
    }


def test_a_chain_is_followed_to_its_stated_length(models: duckdb.DuckDBPyConnection) -> None:
    moves: list[Move] = []
    for number in range(DEEPEST + 4):
        moves += [
            (f"O{number}", "component", f"F{number}", -1),
            (f"O{number}", "product", f"F{number + 1}", 1),
        ]
    fill(models, moves)
    found = models.execute(
        "select steps, lot_id from marts.mart_genealogy__lot_trace where ancestor_lot_id = 'S-F0' order by 1"
    )
    assert found.fetchall() == [(steps, f"S-F{steps}") for steps in range(1, DEEPEST + 1)]

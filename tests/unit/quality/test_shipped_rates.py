"""Rates of change in the contracts that are shipped: a step that no machine and no weather makes trips them, a reset does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from ingestion.contracts import load_contract
from ingestion.settings import REPOSITORY
from quality.contract_suite import batch_rules
from quality.engine import Dataset, evaluate
from quality.result import ExpectationResult, Severity
from quality.series_rules import RATE

START = datetime(2025, 10, 6, 6, tzinfo=UTC)
COUNTS = ("mes/counters", "total_count", "counted_at", "machine", 300)
AIR = ("weather/observations", "temperature_c", "observed_at", "station", 3600)


def judged(table: tuple[str, str, str, str, int], values: list[float]) -> ExpectationResult:
    """The contract's rate of change on two series, one in which nothing changes and one of these values, in turns."""
    source, value, moment, series, every_s = table
    contract = load_contract(REPOSITORY / f"ingestion/sources/{source}.contract.yml")
    (rule,) = (rule for rule in batch_rules(contract, START) if rule.type == RATE.type)
    times = [START + timedelta(seconds=every_s * number) for number in range(len(values))]
    rows = pa.table({
        value: pa.array([one for each in values for one in (each, values[0])], pa.float64()),
        moment: pa.array([one for each in times for one in (each, each)], pa.timestamp("us", tz="UTC")),
        series: ["A", "B"] * len(values),
    })  # fmt: skip
    with duckdb.connect() as connection:
        connection.register("given", rows)
        columns = {value: "DOUBLE", moment: "TIMESTAMPTZ", series: "VARCHAR"}
        (result,) = evaluate(Dataset(connection, "given", columns, (series, moment)), [rule])
    return result


@pytest.mark.parametrize(
    ("table", "values", "bad"),
    [
        (COUNTS, [100, 102, 110, 0, 9, 18], 0),
        (COUNTS, [100, 102, 110, 411, 413], 0),
        (COUNTS, [100, 102, 110, 413, 415], 1),
        (COUNTS, [100, 102, 1002, 104, 106], 1),
        (AIR, [4.0, 9.5, 15.0, 5.0], 0),
        (AIR, [4.0, 39.2, 40.1, 41.0], 1),
        (AIR, [4.0, -30.0, 4.2, 4.4], 2),
    ],
    ids=["reset", "fastest", "too fast", "wrong digit", "front", "fahrenheit", "single value"],
)
def test_a_step_that_cannot_be_is_told(
    table: tuple[str, str, str, str, int], values: list[float], bad: int
) -> None:
    result = judged(table, values)
    assert (result.unexpected_count, result.passed) == (bad, bad == 0)
    assert result.severity is Severity.WARNING, "rows stay: a person judges"
    assert all("A" in key for key in result.keys)

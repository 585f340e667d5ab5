"""The catalogue docs/kpi: every metric is on a page, and its example holds by hand and by the metric over the page's rows."""

from __future__ import annotations

import duckdb
import pytest

from tests.integration.conftest import DemoRun
from tests.integration.kpi_examples import Example, Project, calculate, example_rows, examples, pages

pytest.importorskip("metricflow", reason="dbt-metricflow is in the extra dev: run make setup")
from tests.integration.metric_queries import Metrics

CLOSE = 5.1e-5  # examples are rounded to four places


@pytest.fixture(scope="module")
def metrics(demo: DemoRun) -> Metrics:
    return Metrics.of(demo.home / "dbt" / "target" / "semantic_manifest.json")


@pytest.fixture(scope="module")
def warehouses(demo: DemoRun) -> dict[str, duckdb.DuckDBPyConnection]:
    project = Project(demo.home / "dbt" / "target")
    return {path.name: project.warehouse(example_rows(path.name)) for path in pages()}


def test_every_metric_is_on_a_page_and_nothing_else_is(metrics: Metrics) -> None:
    assert {example.metric for example in examples()} == set(metrics.names)


def test_what_needs_a_formula_has_a_section(metrics: Metrics) -> None:
    explained = {example.metric for example in examples() if example.by_hand}
    assert set(metrics.labelled) == explained


@pytest.mark.parametrize(
    "example", [each for each in examples() if each.by_hand], ids=lambda each: each.metric
)
def test_the_sum_by_hand_comes_to_what_the_page_says(example: Example) -> None:
    assert example.by_hand
    assert calculate(example.by_hand) == pytest.approx(example.value, abs=CLOSE)


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.page}-{each.metric}")
def test_the_metric_over_the_rows_of_the_page_gives_the_same(
    metrics: Metrics, warehouses: dict[str, duckdb.DuckDBPyConnection], example: Example
) -> None:
    found = warehouses[example.page].execute(metrics.sql([example.metric])).fetchall()
    assert found == [(pytest.approx(example.value, abs=CLOSE),)]


def test_a_wrong_sum_is_found() -> None:
    assert calculate("2 * (3 + 4) / sqrt(49) - 2 ** 3") == -6
    with pytest.raises(ValueError, match="no place"):
        calculate("__import__('os')")

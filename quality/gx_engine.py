"""Great Expectations behind one function: frames and rules in, our results out.

The only module that imports Great Expectations (about 2 s, so import it where a gate runs, not at start).
Nothing is printed, stored or sent: ephemeral context, progress bars and analytics off.

Here: evaluation of rules on one pandas frame. Not here: which rules and which frame (`release_gate`).
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import Any

import pandas as pd

with warnings.catch_warnings():
    # GX 1.24 imports sre_constants and sre_parse, which Python 3.11 calls deprecated; nothing of ours does.
    warnings.filterwarnings("ignore", message="module 'sre_", category=DeprecationWarning)
    # It looks for PySpark, which the gate does not use, and whose client ends a process that was started by python -c.
    known = sys.modules.pop("pyspark", None)
    sys.modules["pyspark"] = None  # type: ignore[assignment]  # an import of it fails
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.compatibility.pydantic import ValidationError
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.execution_engine import PandasExecutionEngine
    from great_expectations.expectations import expectation as gx_base
    from great_expectations.expectations.metrics.map_metric_provider import (
        MulticolumnMapMetricProvider,
        multicolumn_condition_partial,
    )

    del sys.modules["pyspark"]
    if known is not None:
        sys.modules["pyspark"] = known

from quality import own
from quality.own import Frames
from quality.result import SAMPLE_SIZE, ExpectationResult
from quality.suite import Expectation, broken, result_of

ROW_WISE_BASES = (
    gx_base.ColumnMapExpectation,
    gx_base.ColumnPairMapExpectation,
    gx_base.MulticolumnMapExpectation,
)
NEEDS_ALL_ROWS = {
    "expect_column_values_to_be_unique",
    "expect_compound_columns_to_be_unique",
    "expect_column_values_to_be_decreasing",
    "expect_column_values_to_be_increasing",
}
FILLER = "__filler"
"""A column beside those of an own rule: GX asks for two at least."""
RESULT_FORMAT = {"result_format": "SUMMARY", "partial_unexpected_count": SAMPLE_SIZE}
RULE_ERRORS = (GreatExpectationsError, TypeError, ValueError, KeyError, AttributeError)
"""What a rule may raise inside GX that its own net does not catch."""


def evaluate(
    frame: pd.DataFrame, expectations: Sequence[Expectation], references: Frames | None = None
) -> list[ExpectationResult]:
    """Evaluate rules on a frame; one result for each rule, in the rules' order. `references`: other tables by name.

    Fails closed: a rule that GX does not know, cannot be built or raises is a failed critical result with
    the exception's text, whatever its own severity.
    """
    built: dict[int, Any] = {}
    results: dict[int, ExpectationResult] = {}
    with _own_rules(expectations, references or {}):
        for number, expectation in enumerate(expectations):
            try:
                built[number] = _build(expectation, number)
            except (AttributeError, TypeError, ValueError, ValidationError) as error:
                results[number] = broken(expectation, f"{type(error).__name__}: {error}")
        bodies = _validate(frame.assign(**{FILLER: True}) if _RUNNING else frame, built)
    for number in built:
        body = bodies.get(number)
        missing = "Great Expectations returned no result for it"
        results[number] = (
            _translate(expectations[number], body) if body else broken(expectations[number], missing)
        )
    return [results[number] for number in range(len(expectations))]


def as_suite(name: str, expectations: Sequence[Expectation]) -> Any:
    """The rules as a great_expectations.ExpectationSuite, with their severities. Raises what GX raises for a wrong one."""
    return gx.ExpectationSuite(
        name=name, expectations=[_build(rule, number) for number, rule in enumerate(expectations)]
    )


def is_row_wise(expectation: Expectation) -> bool:
    """True if the rule looks at each row alone, so that results of parts of a table add up."""
    kind = getattr(gxe, _class_name(expectation.type), None)  # own rules all have SQL
    if kind is None or expectation.type in NEEDS_ALL_ROWS or "mostly" in expectation.kwargs:
        return False
    return issubclass(kind, ROW_WISE_BASES)


def _class_name(expectation_type: str) -> str:
    """ExpectColumnToExist for expect_column_to_exist."""
    return "".join(part.capitalize() for part in expectation_type.split("_"))


def _build(expectation: Expectation, number: int) -> Any:
    """The GX object; `number` travels along, because GX returns results in an order of its own."""
    told = {"meta": {"number": number}, "severity": expectation.severity.value}
    known = own.find(expectation.type)
    if known is None:
        return getattr(gxe, _class_name(expectation.type))(**expectation.kwargs, **told)
    known.check(expectation.kwargs)
    return ExpectOwnRuleToHold(
        column_list=[*expectation.columns, FILLER],
        ignore_row_if="never",
        number=number,
        mostly=expectation.kwargs.get("mostly", 1.0),
        **told,
    )


def _validate(frame: pd.DataFrame, built: Mapping[int, Any]) -> dict[int, dict[str, Any]]:
    """GX's own results by rule number. All rules at once share their metrics; if that run as a whole
    raises, each rule runs alone, so that one broken rule does not hide the others."""
    if not built:
        return {}
    try:
        return _run(frame, list(built.values()))
    except RULE_ERRORS:
        return {number: _run_alone(frame, number, rule) for number, rule in built.items()}


def _run_alone(frame: pd.DataFrame, number: int, rule: Any) -> dict[str, Any]:
    """One rule by itself; an exception becomes the result."""
    try:
        return _run(frame, [rule])[number]
    except RULE_ERRORS as error:
        text = f"{type(error).__name__}: {error}"
        return {"success": False, "exception_info": {"raised_exception": True, "exception_message": text}}


def _run(frame: pd.DataFrame, rules: list[Any]) -> dict[int, dict[str, Any]]:
    """Run rules in GX on one frame."""
    batch = _any_frame().get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="rules", expectations=rules)
    with warnings.catch_warnings():
        # GX 1.24 compares pairs of timestamps through Series.values; pandas 3.1 announces another type there.
        warnings.filterwarnings("ignore", message="Series.values return")
        outcome = batch.validate(suite, result_format=RESULT_FORMAT)
    bodies = [result.to_json_dict() for result in outcome.results]
    return {body["expectation_config"]["meta"]["number"]: body for body in bodies}


@cache
def _any_frame() -> Any:
    """GX's name for "the frame that is handed over", in one silent context for the process."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        analytics_enabled=False,
    )
    source = gx.get_context(mode="ephemeral", project_config=config).data_sources.add_pandas("frames")
    return source.add_dataframe_asset("frame").add_batch_definition_whole_dataframe("whole")


def _translate(expectation: Expectation, body: Mapping[str, Any]) -> ExpectationResult:
    """Our result for GX's."""
    error = _exception_text(body.get("exception_info") or {})
    if error:
        return broken(expectation, error)
    result = body.get("result") or {}
    observed = result.get("observed_value")
    sample = [str(value) for value in result.get("partial_unexpected_list") or ()]
    counted = result.get("unexpected_count") is not None
    return replace(
        result_of(expectation, passed=body.get("success") is True),
        observed="" if observed is None else str(observed),
        unexpected_count=result.get("unexpected_count"),
        unexpected_pct=result.get("unexpected_percent"),
        rows_looked_at=result["element_count"] - (result.get("missing_count") or 0) if counted else None,
        sample=tuple(dict.fromkeys(sample))[:SAMPLE_SIZE],
    )


def _exception_text(info: Mapping[str, Any]) -> str:
    """First exception message; GX gives one for the rule, or one for each metric of it."""
    parts = [info, *(part for part in info.values() if isinstance(part, Mapping))]
    raised = [str(part.get("exception_message")) for part in parts if part.get("raised_exception")]
    return raised[0] if raised else ""


# own expectations: all of them are one kind to GX, told apart by number

_RUNNING: dict[int, Callable[[pd.DataFrame], pd.Series]] = {}


@contextmanager
def _own_rules(expectations: Sequence[Expectation], references: Frames) -> Iterator[None]:
    """Own rules by number while GX runs them."""
    for number, expectation in enumerate(expectations):
        known = own.find(expectation.type)
        if known is not None:
            _RUNNING[number] = partial(_bad_rows, known, expectation, references)
    try:
        yield
    finally:
        _RUNNING.clear()


def _bad_rows(
    known: own.OwnExpectation, expectation: Expectation, references: Frames, frame: pd.DataFrame
) -> pd.Series:
    return known.frame(frame, expectation.kwargs, references)


class _OwnRule(MulticolumnMapMetricProvider):  # type: ignore[misc] # GX is not typed
    """True for each row that keeps the rule of that number."""

    condition_metric_name = "multicolumn_values.own_rule"
    condition_domain_keys = (
        "batch_id",
        "table",
        "column_list",
        "row_condition",
        "condition_parser",
        "ignore_row_if",
    )
    condition_value_keys = ("number",)

    @multicolumn_condition_partial(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(cls, column_list: pd.DataFrame, number: int, **_: Any) -> pd.Series:  # noqa: N805
        return ~_RUNNING[number](column_list)


class ExpectOwnRuleToHold(gx_base.MulticolumnMapExpectation):  # type: ignore[misc]
    """What own expectations are to GX."""

    number: int
    map_metric = "multicolumn_values.own_rule"
    success_keys = ("mostly", "number")
    args_keys = ("column_list", "number")

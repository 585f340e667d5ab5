"""Each fault in a delivered file trips exactly its rule and no other, where one contract has a rule of every kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from ingestion.batch import BatchGate, BatchProfile, BatchResult, GateVerdict
from quality import own
from quality.contract_gate import evaluate_batch
from quality.contract_suite import FRESHNESS, batch_rules
from quality.engine import Dataset, evaluate, from_figures
from quality.suite import Expectation
from tests.unit.ingestion.home import Home, column

START = datetime(2025, 10, 6, 6, tzinfo=UTC)
DELIVERED = START + timedelta(hours=2)
HEADER = "id;tag;at;ended_at;value;uom;total;state;note;made;good;booked"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def expectation(kind: str, severity: str = "critical", **kwargs: object) -> dict[str, object]:
    body = {"type": kind, "kwargs": kwargs}
    return {"type": "custom", "engine": "greatExpectations", "implementation": body, "severity": severity}


QUALITY = [
    {"type": "library", "metric": "rowCount", "mustBeBetween": [10, 60]},
    expectation("expect_column_pair_values_a_to_be_greater_than_b", column_A="ended_at", column_B="at"),
    expectation(
        "expect_column_pair_values_a_to_be_greater_than_b", column_A="made", column_B="good", or_equal=True
    ),
    expectation("expect_column_pair_values_to_be_equal", column_A="made", column_B="booked"),
    expectation("expect_column_values_to_be_known_in", column="tag", parent="tags", parent_column="tag"),
    expectation("expect_series_to_never_go_back", column="at", order_by="_source_row", group_by=["tag"]),
    expectation("expect_series_to_never_go_back", "warning", column="total", order_by="at", group_by=["tag"]),
    expectation("expect_series_to_have_one_value", column="uom", group_by=["tag"]),
    expectation(
        "expect_series_to_change_slowly",
        "warning",
        column="value",
        order_by="at",
        group_by=["tag"],
        max_per_s=0.1,
    ),
    expectation("expect_column_values_to_be_unique", column="id"),
    expectation(
        "expect_column_proportion_of_non_null_values_to_be_between", "info", column="note", min_value=0.5
    ),
]
FRESH = [{"property": "freshness", "value": 2, "unit": "d", "element": "t.at"}]
KNOWN = {"tags": "(values ('T0'), ('T1')) as tags(tag)"}
NOTED = {"expect_table_row_count_to_be_between", FRESHNESS}
COLUMNS = [
    column("id", "BIGINT", required=True),
    column("tag", required=True, logicalTypeOptions={"pattern": "^[A-Z][0-9]$"}),
    column("at", "TIMESTAMPTZ", parse="utc_timestamp", required=True),
    column("ended_at", "TIMESTAMPTZ", parse="utc_timestamp"),
    column("value", "DOUBLE", logicalTypeOptions={"minimum": -50, "maximum": 500}),
    column("uom", logicalTypeOptions={"maxLength": 4}),
    column("total", "BIGINT"),
    column("state", enum=["RUN", "STOP"]),
    column("note"),
    column("made", "INTEGER"),
    column("good", "INTEGER"),
    column("booked", "INTEGER"),
]
Rows = list[dict[str, str]]


def good_rows(count: int = 40) -> Rows:
    """Two tags in turns, a row a minute."""
    text = "%Y-%m-%dT%H:%M:%SZ"
    return [
        {
            "id": str(number),
            "tag": f"T{number % 2}",
            "at": (START + timedelta(minutes=number)).strftime(text),
            "ended_at": (START + timedelta(minutes=number, seconds=30)).strftime(text),
            "value": f"{20 + number % 3}",
            "uom": "C",
            "total": str(100 + number),
            "state": "RUN" if number % 5 else "STOP",
            "note": "ok",
            "made": "5",
            "good": "4",
            "booked": "5",
        }
        for number in range(count)
    ]


def put(column_name: str, value: str, row: int = 7) -> Callable[[Rows], Rows]:
    """One value of one row."""
    return lambda rows: [
        {**one, column_name: value} if place == row else one for place, one in enumerate(rows)
    ]


def all_rows(column_name: str, value: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{**one, column_name: value} for one in rows]


def later(days: int) -> Callable[[Rows], Rows]:
    """The whole file is of another day."""

    def moved(rows: Rows) -> Rows:
        shift = timedelta(days=days)
        names = ("at", "ended_at")
        return [
            {**one, **{name: (datetime.fromisoformat(one[name]) + shift).isoformat() for name in names}}
            for one in rows
        ]

    return moved


class Fault(NamedTuple):
    """What is done to a good file, the rules of quarantined rows, and what the gate says; `held`: the file is."""

    name: str
    change: Callable[[Rows], Rows]
    rows: Mapping[str, int] = MappingProxyType({})
    said: tuple[str, ...] = ()
    held: bool = False


FAULTS = [
    Fault("nothing", lambda rows: rows),
    Fault("required value missing", put("id", ""), {"required:id": 1}),
    Fault("no number", put("value", "garbage"), {"type:value": 1}),
    Fault("infinite", put("value", "inf"), {"type:value": 1}),
    Fault("decimal comma", put("value", "20,5"), {"type:value": 1}),
    Fault("sentinel", put("value", "-9999"), {"range:value": 1}),
    Fault("not a number", put("value", "NaN"), {"type:value": 1}),
    Fault("no date", put("at", "2025-13-01T00:00:00Z"), {"type:at": 1}),
    Fault("other notation", put("tag", "t1"), {"pattern:tag": 1}),
    Fault("out of range", put("value", "501"), {"range:value": 1}),
    Fault("unknown state", put("state", "???"), {"set:state": 1}),
    Fault("too long", put("uom", "degC/x"), {"length:uom": 1}),
    Fault("ends before it starts", put("ended_at", "2025-10-06T06:00:00Z"), {"pair:ended_at:gt:at": 1}),
    Fault("more good than made", put("good", "6"), {"pair:made:ge:good": 1}),
    Fault("booked is not made", put("booked", "4"), {"pair:made:eq:booked": 1}),
    Fault("repeated header", lambda rows: [*rows[:9], dict.fromkeys(rows[0], ""), *rows[9:]], {"repeated_header": 1}),
    Fault("unknown tag", put("tag", "X9"), said=("expect_column_values_to_be_known_in",), held=True),
    Fault(
        "clock set back", lambda rows: [*rows[:10], rows[12], rows[11], rows[10], *rows[13:]],
        said=("expect_series_to_never_go_back",), held=True,
    ),
    Fault("counter reset", lambda rows: [{**one, "total": str(place % 30)} for place, one in enumerate(rows)],
          said=("expect_series_to_never_go_back",)),
    Fault("unit change mid-series", lambda rows: [*rows[:20], *all_rows("uom", "F")(rows[20:])],
          said=("expect_series_to_have_one_value",), held=True),
    Fault("counter of 16 bits rolls over", lambda rows: [{**one, "total": str((65530 + place) % 65536)} for place, one in enumerate(rows)],
          said=("expect_series_to_never_go_back",)),
    Fault("scale change", lambda rows: [*rows[:20], *({**one, "value": f"{one['value']}0"} for one in rows[20:])],
          said=("expect_series_to_change_slowly",)),
    Fault("spike", put("value", "400"), said=("expect_series_to_change_slowly",)),
    Fault("exact duplicate", lambda rows: [*rows[:10], rows[9], *rows[10:]],
          said=("expect_column_values_to_be_unique",), held=True),
    Fault("cut off", lambda rows: rows[:9], said=("expect_table_row_count_to_be_between",), held=True),
    Fault("too many rows", lambda rows: good_rows(61), said=("expect_table_row_count_to_be_between",), held=True),
    Fault("nulls in a column", all_rows("note", ""),
          said=("expect_column_proportion_of_non_null_values_to_be_between",)),
    Fault("clock in the future", later(3), said=("expect_column_max_to_be_between",)),
    Fault("stale", later(-9), said=("expect_column_max_to_be_between",)),
]  # fmt: skip


def without(name: str) -> Callable[[str], str]:
    """The file without one column."""

    def cut(text: str) -> str:
        lines = [line.split(";") for line in text.splitlines()]
        place = lines[0].index(name)
        return "\n".join(";".join(line[:place] + line[place + 1 :]) for line in lines) + "\n"

    return cut


def each_line(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "\n".join(map(change, text.splitlines())) + "\n"


# What is done to the text of a good file, and what it is found by; a file that is held is not judged further.
FILE_FAULTS: list[tuple[str, Callable[[str], str], tuple[str, ...], bool]] = [
    ("byte order mark", lambda text: "\ufeff" + text, (), False),
    ("columns in another order", each_line(lambda line: ";".join(reversed(line.split(";")))), (), False),
    ("column added", each_line(lambda line: line + ";x"), ("unexpected_column",), False),
    ("cut in the last line", lambda text: text[:-25], ("truncated_row",), False),
    ("one field too many", lambda text: text.replace(";ok;", ";ok;x;", 1), ("malformed_row",), False),
    ("column removed", without("value"), ("missing_column", "schema_drift"), True),
    ("column renamed", lambda text: text.replace("uom;", "unit;", 1), ("missing_column", "schema_drift"), True),
    ("other delimiter", lambda text: text.replace(";", ","), ("wrong_delimiter",), True),
    ("other encoding", lambda text: text.replace(";ok;", ";Pr\xfcf;", 1), ("wrong_encoding",), True),
    ("empty", lambda text: "", ("empty_file",), True),
]  # fmt: skip


def text_of(rows: Rows) -> str:
    lines = [HEADER if not any(row.values()) else ";".join(row.values()) for row in rows]
    return "\n".join([HEADER, *lines]) + "\n"


judge: BatchGate = partial(evaluate_batch, tables=KNOWN)


def load(home: Home, rows: Rows, gate: BatchGate = judge) -> BatchResult:
    """One file under the contract, loaded with the gate."""
    return load_text(home, text_of(rows).encode(), gate)


def load_text(home: Home, text: bytes, gate: BatchGate = judge) -> BatchResult:
    contract = home.contract(COLUMNS, formatOptions={"delimiter": ";"}, quality=QUALITY, sla=FRESH)
    home.deliver("t.csv", text, int(DELIVERED.timestamp()))
    (batch,) = home.load(contract, gate).batches
    return batch


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_trips_exactly_its_rule(home: Home, fault: Fault) -> None:
    rows = fault.change(good_rows())
    batch = load(home, rows)
    assert batch.status == ("held" if fault.held else "committed"), batch.findings
    tripped = {finding.rule: finding.rows for finding in batch.findings if not finding.severity}
    assert tripped == fault.rows
    assert tuple(finding.rule for finding in batch.findings if finding.severity) == fault.said
    if not fault.held:
        assert batch.rows_read == len(rows)
        assert batch.rows_quarantined == sum(fault.rows.values())


@pytest.mark.parametrize(
    ("change", "found", "held"), [fault[1:] for fault in FILE_FAULTS], ids=[fault[0] for fault in FILE_FAULTS]
)
def test_a_fault_of_the_file_trips_exactly_its_rule(
    home: Home, change: Callable[[str], str], found: tuple[str, ...], held: bool
) -> None:
    text = change(text_of(good_rows()))
    batch = load_text(home, text.encode("cp1252") if "\xfc" in text else text.encode())
    assert tuple(finding.rule for finding in batch.findings) == found
    assert batch.status == ("held" if held else "committed")
    assert batch.rows_read == batch.rows_committed + batch.rows_quarantined


def test_each_rule_of_the_contract_is_tripped_by_some_fault() -> None:
    said = Counter(rule for fault in FAULTS for rule in fault.said)
    told = [entry["implementation"]["type"] for entry in QUALITY if "implementation" in entry]  # type: ignore[index]
    batch_kinds = {kind for kind in told if "pair" not in kind} | {"expect_table_row_count_to_be_between"}
    assert set(said) == batch_kinds | {"expect_column_max_to_be_between"}
    pairs = {rule for fault in FAULTS for rule in fault.rows if rule.startswith("pair:")}
    assert pairs == {"pair:ended_at:gt:at", "pair:made:ge:good", "pair:made:eq:booked"}


def test_a_rule_that_cannot_be_evaluated_holds_the_file_with_the_reason(home: Home) -> None:
    batch = load(home, good_rows(), partial(evaluate_batch, tables={"machines": "(select 1 as tag)"}))
    assert batch.status == "held"
    finding = batch.findings[0]
    assert (finding.rule, finding.severity) == ("expect_column_values_to_be_known_in", "critical")
    assert "KeyError: 'tags'" in finding.message


def test_a_warning_says_which_rows_and_what_was_expected_and_commits(home: Home) -> None:
    batch = load(home, put("value", "400")(good_rows()))
    (finding,) = batch.findings
    assert (finding.severity, finding.rows, finding.expected) == ("warning", 2, "max_per_s 0.1")
    assert [dict(entry)["value"] for entry in finding.sample] == ["_source_row=8", "_source_row=10"]
    assert batch.rows_committed == 40


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_was_noted_on_the_way_is_what_a_query_of_the_rows_says(home: Home, fault: Fault) -> None:
    found = []

    def gate(profile: BatchProfile) -> GateVerdict:
        assert profile.staged is not None
        rules = [one for one in batch_rules(profile.contract, DELIVERED) if one.type in NOTED]
        with profile.staged() as rows:
            results = evaluate(Dataset(rows.connection, rows.relation, rows.columns), rules)
        verdict = evaluate_batch(profile, KNOWN)
        asked = [(one.expectation, one.observed) for one in results if not one.passed]
        found.append((asked, [(one.rule, one.observed) for one in verdict.findings if one.rule in NOTED]))
        return verdict

    load(home, fault.change(good_rows()), gate)
    ((asked, said),) = found
    assert said == asked
    assert [rule for rule, _ in said] == [rule for rule in fault.said if rule in NOTED]


def test_rules_on_what_was_noted_on_the_way_open_no_rows(home: Home) -> None:
    opened = []

    def gate(profile: BatchProfile) -> GateVerdict:
        return evaluate_batch(replace(profile, staged=lambda: opened.append(profile)))

    contract = home.contract(COLUMNS, formatOptions={"delimiter": ";"}, quality=QUALITY[:1], sla=FRESH)
    home.deliver("t.csv", text_of(later(-9)(good_rows()[:9])), int(DELIVERED.timestamp()))
    (batch,) = home.load(contract, gate).batches
    assert {finding.rule for finding in batch.findings} == NOTED
    assert (batch.status, opened) == ("held", [])


def test_an_own_expectation_is_asked_of_the_rows_whatever_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Expectation("expect_table_row_count_to_equal", {"value": 3})
    told = from_figures(rule, {}, {"count(*)": 3})
    assert told is not None
    assert told.passed
    (kind, *_) = map(own.find, own.registered())
    monkeypatch.setitem(own._KNOWN, rule.type, kind)
    assert from_figures(rule, {}, {"count(*)": 3}) is None

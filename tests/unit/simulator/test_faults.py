"""Labels of faults point to records that really are as the label says."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyarrow import parquet
from python_calamine import CalamineWorkbook

from tests.unit.simulator.conftest import Simulated

Label = tuple[str, str, str, int, str, str, str]


@cache
def records(path: Path) -> list[str]:
    """Data records of a text file, header removed, in order."""
    text = path.read_bytes().decode("cp1252" if path.parent.name == "sap_ecc" else "utf-8")
    lines = text.removesuffix("\n").split("\n")
    return lines if path.suffix == ".jsonl" else lines[1:]


@cache
def results(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Results").to_python()[1:]


@pytest.fixture(scope="module")
def labels(simulated: Simulated) -> list[Label]:
    return simulated.rows("""select fault_kind, "table", file, source_row, expected, rule, detail
        from '{truth}/faults.parquet'""")


def of_text(labels: list[Label], landing: Path, *kinds: str) -> Iterator[tuple[Label, list[str], str]]:
    for label in labels:
        if label[0] in kinds and not label[2].endswith((".xlsx", ".parquet")):
            lines = records(landing / label[2])
            yield label, lines, lines[label[3] - 1]


def test_every_label_names_a_record_of_a_file(simulated: Simulated, labels: list[Label]) -> None:
    for kind, _, file, row, expected, _, _ in labels:
        path = simulated.landing / file
        count = (
            parquet.read_metadata(path).num_rows
            if path.suffix == ".parquet"
            else len(results(path) if path.suffix == ".xlsx" else records(path))
        )
        assert 1 <= row <= count, (kind, file, row)
        assert expected in ("quarantined", "corrected")


def test_duplicates_have_a_twin_right_before(simulated: Simulated, labels: list[Label]) -> None:
    found = 0
    for label, lines, line in of_text(labels, simulated.landing, "exact_duplicate"):
        assert line in (lines[label[3] - 2], *lines[label[3] : label[3] + 1]), label
        found += 1
    assert found > 20


def test_truncated_files_end_without_a_line_end(simulated: Simulated, labels: list[Label]) -> None:
    for label, lines, _ in of_text(labels, simulated.landing, "truncated_last_line"):
        assert label[3] == len(lines)
        assert not (simulated.landing / label[2]).read_bytes().endswith(b"\n")


def test_broken_json_and_rows_do_not_parse(simulated: Simulated, labels: list[Label]) -> None:
    for label, lines, line in of_text(labels, simulated.landing, "malformed_json", "malformed_row"):
        if label[0] == "malformed_json":
            with pytest.raises(json.JSONDecodeError):
                json.loads(line)
        else:
            delimiter = ";" if label[1].startswith("sap") else ","
            usual = max(
                {n.count(delimiter) for n in lines[:50]}, key=[n.count(delimiter) for n in lines[:50]].count
            )
            assert line.count(delimiter) != usual


def test_spoilt_values_stand_in_the_record(simulated: Simulated, labels: list[Label]) -> None:
    kinds = ("unknown_state", "garbage_number", "impossible_timestamp", "bad_date", "negative_counter", "out_of_range",
             "unknown_code", "negative_quantity", "unknown_state_text")  # fmt: skip
    seen = set()
    for label, _, line in of_text(labels, simulated.landing, *kinds):
        shown = label[6].split("= ")[-1].strip("'").replace("1e12", "1000000000000.0")
        assert shown in line, label
        seen.add(label[0])
    assert {"unknown_state_text", "out_of_range", "impossible_timestamp", "garbage_number"} <= seen


def test_states_and_sentinels_stand_in_place_of_values(simulated: Simulated, labels: list[Label]) -> None:
    for label, _, line in of_text(labels, simulated.landing, "pi_state", "sentinel"):
        value = line.split(",")[2]
        assert (
            value == "-9999" if label[0] == "sentinel" else value.replace("/", " ").replace(" ", "").isalpha()
        )


def test_workbook_labels_are_right(simulated: Simulated, labels: list[Label]) -> None:
    spoilt = {
        "garbage_number": (9, "n/a"),
        "missing_key": (0, ""),
        "unknown_result": (12, "MAYBE"),
        "bad_date": (11, "2025-11-31 12:00:00"),
    }
    for kind, _, file, row, _, _, _ in labels:
        if file.endswith(".xlsx") and kind in spoilt:
            column, value = spoilt[kind]
            assert results(simulated.landing / file)[row - 1][column] == value


def test_cancelled_pairs_match(simulated: Simulated, labels: list[Label]) -> None:
    for label, lines, line in of_text(labels, simulated.landing, "cancelled_confirmation"):
        wrong = line.split(";")
        partner = next(
            p for p in (n.split(";") for n in lines[label[3] :]) if p[1] == wrong[1] and p[28] == wrong[2]
        )
        assert wrong[27] == "X"
        assert partner[22] == wrong[22] + "-"


def test_share_of_quarantined_records_stays_below_the_limit(
    simulated: Simulated, labels: list[Label]
) -> None:
    """Above five per cent a whole batch would be held: the demo must not come near."""
    counts: dict[str, int] = {}
    for _, _, file, _, expected, _, _ in labels:
        counts[file] = counts.get(file, 0) + (expected == "quarantined")
    for file, bad in counts.items():
        path = simulated.landing / file
        if path.suffix != ".parquet":
            total = len(results(path) if path.suffix == ".xlsx" else records(path))
            assert bad * 100 <= 5 * total, (file, bad, total)

"""The signal files of a plant: each problem is told with file, line, column, value and what to write."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.signals.dictionary import SignalFileError, dictionary_problems, require_dictionary
from ingestion.signals.paths import LEVELS, PathError, parse_path

ROOT = Path(__file__).parents[3]
EQUIPMENT = "site_code,area_code,line_code,machine\nS,A,L1,M1\nS,A,L2,M1\nS,A,L1,M2\n"
SIGNALS = "site_code,tag,machine,unit,source_unit,uns_path\nS,T,M1,degC,degF,E/S/A/L1/M1/temp\nS,P,M1,bar,,\nS,W,,kW,,E/S/power\n"
CHANGES = "site_code,tag,valid_from,source_tag,source_unit,machine,uns_path\n"


def plant(folder: Path, signals: str = "", changes: str = "") -> Path:
    (folder / "equipment.csv").write_text(EQUIPMENT)
    (folder / "signals.csv").write_text(SIGNALS + signals)
    (folder / "signal_changes.csv").write_text(CHANGES + changes)
    return folder


def test_files_in_order_and_absent_files_have_no_problem(tmp_path: Path) -> None:
    require_dictionary(tmp_path)
    require_dictionary(
        plant(
            tmp_path,
            changes="S,T,2025-10-20T06:00:00+02:00,T2,,,\nS,T,2025-10-21T06:00:00Z,,K,M1,E/S/A/L2/M1/spindle/temp\n",
        )
    )
    require_dictionary(ROOT / "data" / "plants" / "demo")


@pytest.mark.parametrize(
    ("signal", "column", "words"),
    [
        ("S,X,M1,degX,,", "unit", "'degX' is not known"),
        ("S,X,M1,degC,kW,", "source_unit", "do not convert"),
        ("S,X,M9,degC,,", "machine", "no machine of site S in equipment.csv"),
        ("S,T,M1,degC,,", "tag", "line 2 has it too"),
        ("S,X,M1,degC,,E/S/A/L1/M1/temp", "uns_path", "line 2 has it too"),
        ("S,X,M1,degC,,E/S", "uns_path", "has 2 levels"),
        ("S,X,M1,degC,,E/S/A/L1/M1/x/y/z", "uns_path", "has 8 levels"),
        ("S,X,M1,degC,,E/S/A/Line 1/M1/x", "uns_path", "level line is 'Line 1'"),
        ("S,X,M1,degC,,/S/A/L1/M1/x", "uns_path", "level enterprise is ''"),
        ("S,X,M1,degC,,E/R/A/L1/M1/x", "uns_path", "level site is 'R'"),
        ("S,X,M1,degC,,E/S/A/L1/M2/x", "uns_path", "level unit is 'M2'"),
        ("S,X,M2,degC,,E/S/A/L2/M2/x", "uns_path", "equipment.csv has M2 in A/L1"),
    ],
)
def test_a_problem_of_the_dictionary(tmp_path: Path, signal: str, column: str, words: str) -> None:
    [problem] = dictionary_problems(plant(tmp_path, signal + "\n"))
    assert (problem.file.name, problem.line, problem.column) == ("signals.csv", 5, column)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ("S,T,2025-10-20 06:00:00,T2,,,", "valid_from", "ISO 8601 with an offset"),
        ("S,T,soon,T2,,,", "valid_from", "ISO 8601 with an offset"),
        ("S,T,2025-10-20T06:00:00Z,,,,", "tag", "nothing changes"),
        ("S,Q,2025-10-20T06:00:00Z,T2,,,", "tag", "no signal of site S"),
        ("S,P,2025-10-20T06:00:00Z,,degC,,", "source_unit", "do not convert"),
        ("S,T,2025-10-20T06:00:00Z,,,M2,", "uns_path", "give the path"),
        ("S,P,2025-10-20T06:00:00Z,,,M9,", "machine", "no machine"),
    ],
)
def test_a_problem_of_a_change(tmp_path: Path, change: str, column: str, words: str) -> None:
    [problem] = dictionary_problems(plant(tmp_path, changes=change + "\n"))
    assert (problem.file.name, problem.line, problem.column) == ("signal_changes.csv", 2, column)
    assert words in str(problem)


def test_the_error_names_file_line_value_and_next_step(tmp_path: Path) -> None:
    folder = plant(tmp_path, "S,X,M1,degX,,\nS,Y,M1,degY,,\n")
    with pytest.raises(
        SignalFileError, match=r"signals\.csv: line 5, unit 'degX': .* Next step: mend the line\. 1 more"
    ):
        require_dictionary(folder)


PART = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,5}", fullmatch=True)
SITE = st.from_regex(r"[A-Z0-9_]{1,5}", fullmatch=True).filter(lambda site: not site.startswith("_"))


@cache
def patterns() -> list[str]:
    found = []
    for file in ("plant/signals", "plant/signal_changes", "canonical/signal"):
        document = yaml.safe_load((ROOT / "ingestion" / "sources" / f"{file}.contract.yml").read_text())
        properties = {each["name"]: each for each in document["schema"][0]["properties"]}
        found.append(properties["uns_path"]["logicalTypeOptions"]["pattern"])
    return found


@settings(deadline=None)  # the contracts are read once
@given(PART, SITE, st.lists(PART, min_size=0, max_size=4), PART)
def test_every_path_of_the_levels_is_read_back(
    enterprise: str, site: str, levels: list[str], signal: str
) -> None:
    text = "/".join([enterprise, site, *levels, signal])
    path = parse_path(text)
    assert [getattr(path, name) for name in LEVELS] == [enterprise, site, *levels, *[""] * (4 - len(levels))]
    assert path.signal == signal
    assert all(re.search(pattern, text) for pattern in patterns())


@settings(deadline=None)
@given(st.text(alphabet="Aa1_ ./:+#$ü-", max_size=12))
def test_contracts_and_grammar_refuse_the_same(text: str) -> None:
    try:
        path = parse_path(text)
        allowed = re.fullmatch("[A-Z0-9_]{1,20}", path.site) is not None  # the site is a site code besides
    except PathError:
        allowed = False
    assert all((re.search(pattern, text) is not None) == allowed for pattern in patterns())

"""All decode cases of InfluxData's corpus: the same points, or an error where an error is expected."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ingestion.formats.line_grammar import PRECISIONS, Point
from ingestion.formats.line_scan import BadLine, read_points, readings_of, scan

PLACE = Path("shared") / "data" / "fmt_influx_line_protocol" / "corpus.json"
CORPUS = next((above / PLACE for above in Path(__file__).parents if (above / PLACE).is_file()), None)
UNITS = {"1ns": "ns", "1µs": "us", "1ms": "ms", "1s": "s"}
KINDS = {"float": float, "int": int, "uint": int, "bool": bool, "string": str}


@pytest.fixture(scope="module")
def corpus() -> dict[str, Any]:
    if CORPUS is None:
        pytest.skip(
            "the line-protocol corpus is not on this machine (../shared/data/fmt_influx_line_protocol)"
        )
    cases: dict[str, Any] = json.loads(CORPUS.read_text())["decode"]
    return cases


def plain(text: Any) -> bytes:
    return base64.b64decode(text["binary"]) if isinstance(text, dict) else text.encode()


def words(text: Any) -> str:
    return plain(text).decode()


def expected(result: list[Any]) -> list[Any]:
    return [
        (
            point["time"],
            words(point["name"]),
            [(words(tag["key"]), words(tag["value"])) for tag in point["tags"]],
            [(words(field["key"]), *value(field["value"])) for field in point["fields"]],
        )
        for point in result
    ]


def value(given: dict[str, Any]) -> tuple[type, Any]:
    ((kind, content),) = given.items()
    return KINDS[kind], words(content) if kind == "string" else KINDS[kind](content)


def decoded(content: bytes, precision: str, default_ns: int) -> list[Any] | None:
    unit_ns = PRECISIONS[UNITS[precision]]
    found = list(read_points(content, unit_ns))
    if any(isinstance(line, BadLine) for line in found):
        return None
    return [
        (
            default_ns // unit_ns * unit_ns if point.time_ns is None else point.time_ns,
            point.measurement,
            list(point.tags),
            [(name, type(given), given) for name, given in point.fields],
        )
        for point in found
        if isinstance(point, Point)
    ]


def test_every_case_gives_the_same_points_or_an_error(corpus: dict[str, Any]) -> None:
    assert len(corpus) == 6615
    wrong = []
    for name, case in corpus.items():
        given, output = case["input"], case["output"]
        content = plain(given["text"])
        found = decoded(content, given["precision"], given["defaultTime"])
        wanted = expected(output["result"]) if "result" in output else None
        if found != wanted:
            wrong.append((name, content, found, output))
    assert not wrong, f"{len(wrong)} cases differ, such as {wrong[:3]}"


def test_the_short_way_for_usual_lines_reads_as_the_grammar_does(corpus: dict[str, Any]) -> None:
    for case in corpus.values():
        content = plain(case["input"]["text"])
        exact = [
            found if isinstance(found, BadLine) else readings_of(found) for found in read_points(content, 1)
        ]
        assert [found for _, found in scan(BytesIO(content), max(len(content), 1), 1)] == exact

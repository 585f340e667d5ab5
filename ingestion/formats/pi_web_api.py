"""JSON of the PI Web API: recorded values of a stream, or of several streams in one answer, and pages of both.

formatOptions:
    pageRows    rows at which the server cuts an answer (default 1000)

A file holds one answer, a list of them, or one after the other. Pages overlap by the rows of their last timestamp,
since the next page begins there: rows that came before at the same time with the same content are left out. A last
page that is full gives the finding may_be_truncated. Columns: signal (Name, or the last part of Path, or WebId),
WebId, Path, Timestamp, Value, Text, Code, UnitsAbbreviation, Good, Questionable, Substituted. A digital state of the
point has its number in Value and its name in Text; a system state has no Value.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ingestion.batch import Finding
from ingestion.delivery import Delivered
from ingestion.formats import text
from ingestion.formats.json_text import shown
from ingestion.formats.tabular import Row, TabularReader

_PAGE_ROWS = 1000
_EXACT = 2**53
_FLAGS = ("Good", "Questionable", "Substituted")


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


_FAST = json.JSONDecoder()
_EXACTLY = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


@dataclass
class _Stream:
    """What came of one stream last: a timestamp and its rows."""

    last: str = ""
    at_last: list[Mapping[str, Any]] = field(default_factory=list)

    def is_repeated(self, item: Mapping[str, Any]) -> bool:
        """True for a row that came before, at the border of two pages."""
        at = str(item.get("Timestamp"))
        if at != self.last:
            self.last, self.at_last = at, []
        if item in self.at_last:
            return True
        self.at_last.append(item)
        return False


class PiWebApiReader(TabularReader):
    """Reads answers of the PI Web API; an answer is held in memory."""

    columns: ClassVar[tuple[str, ...]] = (
        "signal",
        "WebId",
        "Path",
        "Timestamp",
        "Value",
        "Text",
        "Code",
        "UnitsAbbreviation",
        *_FLAGS,
    )
    options: ClassVar[frozenset[str]] = frozenset({"pageRows"})
    expected = "recorded values of the PI Web API (JSON with Items)"

    def rows(self, file: Delivered) -> Iterator[Row]:
        """One row per value of a stream; an item that is no value is malformed."""
        streams: dict[str, _Stream] = {}
        for place, head, items in self._pages(file, _EXACTLY):
            stream = streams.setdefault(head["WebId"] or head["Path"] or head["signal"], _Stream())
            for index, item in enumerate(items):
                if not isinstance(item, dict):
                    yield Row(0, None, {"item": item}, f"{place}/{index}")
                elif not stream.is_repeated(item):
                    yield Row(0, _texts(head, item), item, f"{place}/{index}")

    def findings(self, file: Delivered) -> tuple[Finding, ...]:
        """A remark for each stream whose last page is full."""
        limit = int(self._contract.format_options.get("pageRows", _PAGE_ROWS))
        last = {head["signal"]: len(items) for _, head, items in self._pages(file, _FAST)}
        return tuple(
            Finding(
                rule="may_be_truncated",
                column=None,
                rows=0,
                message=f"{self._contract.raw_name}: file {file.name}: {signal} has {rows} rows, exactly what the server "
                "gives at most. Next step: ask for the rows from the last timestamp on, or raise maxCount.",
            )
            for signal, rows in last.items()
            if rows == limit
        )

    def _pages(
        self, file: Delivered, decoder: json.JSONDecoder
    ) -> Iterator[tuple[str, dict[str, str], list[Any]]]:
        """(place, stream, items) of each page; an answer with several streams has one for each."""
        for number, answer in enumerate(self._answers(file, decoder), start=1):
            items = answer.get("Items") if isinstance(answer, dict) else None
            if not isinstance(items, list):
                errors = answer.get("Errors") if isinstance(answer, dict) else None
                seen = f"an error of the server: {errors}" if errors else "an answer without Items"
                raise self.unreadable(file, f"answer {number}", seen)
            if items and all(
                isinstance(item, dict) and isinstance(item.get("Items"), list) for item in items
            ):
                for index, stream in enumerate(items):
                    place = f"{number}/Items/{index}/Items"
                    yield place, self._head(file, number, stream), stream["Items"]
            elif items:
                yield f"{number}/Items", self._head(file, number, answer), items

    def _head(self, file: Delivered, number: int, stream: Mapping[str, Any]) -> dict[str, str]:
        path = str(stream.get("Path") or "")
        web_id = str(stream.get("WebId") or _linked(stream))
        signal = str(stream.get("Name") or path.rpartition("\\")[2] or web_id)
        if not signal:
            seen = "values of a stream that has no Name, Path, WebId or Links"
            raise self.unreadable(file, f"answer {number}", seen)
        return {
            "signal": signal,
            "WebId": web_id,
            "Path": path,
            "UnitsAbbreviation": str(stream.get("UnitsAbbreviation") or ""),
        }

    def _answers(self, file: Delivered, decoder: json.JSONDecoder) -> Iterator[Any]:
        text.check_head(self._contract, file)
        try:
            content = file.path.read_text(encoding="utf-8-sig")
            at = 0
            while at < len(content):
                if content[at].isspace():
                    at += 1
                    continue
                answer, at = decoder.raw_decode(content, at)
                yield from answer if isinstance(answer, list) else [answer]
        except UnicodeDecodeError as error:
            raise self.unreadable(file, f"byte {error.start}", "bytes that are not UTF-8") from error
        except json.JSONDecodeError as error:
            raise self.unreadable(file, f"line {error.lineno}", error.msg) from error


def _linked(stream: Mapping[str, Any]) -> str:
    """The WebId in the links of an answer: .../streams/<WebId>/recorded."""
    links = stream.get("Links")
    for link in links.values() if isinstance(links, dict) else ():
        before, found, after = str(link).partition("/streams/")
        if before and found:
            return after.split("/", maxsplit=1)[0]
    return ""


def _texts(head: Mapping[str, str], item: Mapping[str, Any]) -> list[str | None]:
    units = item.get("UnitsAbbreviation") or head["UnitsAbbreviation"]
    flags = [None if item.get(flag) is None else str(item[flag]).lower() for flag in _FLAGS]
    stamp = item.get("Timestamp")
    return [
        head["signal"],
        head["WebId"],
        head["Path"],
        None if stamp is None else str(stamp),
        *_value(item.get("Value")),
        units or None,
        *flags,
    ]


def _value(value: Any) -> tuple[str | None, str | None, str | None]:
    """(number, text, code) of a value."""
    if isinstance(value, dict):
        code = None if value.get("Value") is None else str(value["Value"])
        is_system = value.get("IsSystem") is True
        return None if is_system else code, str(value.get("Name") or "") or None, code if is_system else None
    if isinstance(value, bool):
        return str(value).lower(), None, None
    if isinstance(value, _Number):
        is_exact = value.lstrip("-").isdigit() and abs(int(value)) >= _EXACT
        finite = value not in ("NaN", "Infinity", "-Infinity")
        return value if finite else None, value if is_exact or not finite else None, None
    return None, None if value is None else value if isinstance(value, str) else shown(value), None

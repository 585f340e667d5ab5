"""Dates and times in text: which of the notations that contracts know reads a column, and what remains in doubt."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingestion.profiling.model import Confidence
from ingestion.profiling.values import TEXT, Values
from ingestion.typing import expressions as ex
from ingestion.typing import months

_DAYS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%d. %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y",
)  # fmt: skip
_HOURS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "%H%M%S")
_TOKENS = {
    "%d": r"[0-9]{1,2}", "%m": r"[0-9]{1,2}", "%Y": r"[0-9]{4}", "%y": r"[0-9]{2}", "%b": r"[^\W\d_]{3,5}\.?", "%B": r"[^\W\d_]{3,10}",
    "%H": r"[0-9]{1,2}", "%I": r"[0-9]{1,2}", "%M": r"[0-9]{2}", "%S": r"[0-9]{2}", "%f": r"[0-9]{1,6}", "%p": r"[AaPp][Mm]",
}  # fmt: skip
_SWAPPED = {"%d/%m/": "%m/%d/", "%d-%m-": "%m-%d-"}


@dataclass(frozen=True)
class Moment:
    """How a column of dates or times is read: type and parse of the contract, its format, what says so."""

    type: str
    parse: str
    format: str | None
    expression: str
    confidence: Confidence
    evidence: str
    language: str = ""


def plain_moments() -> dict[str, Moment]:
    """Notations without a format: ISO 8601 with and without offset, ISO dates, DATS of SAP."""
    return {
        "utc": Moment("TIMESTAMPTZ", "utc_timestamp", None, ex.utc_timestamp(TEXT), "high", "ISO 8601 with an offset in the text"),
        "date": Moment("DATE", "date", None, ex.date(TEXT, None), "high", "ISO dates"),
        "local": Moment("TIMESTAMPTZ", "local_timestamp", None, ex.local_time(TEXT, None), "high", "ISO 8601 without offset: local time"),
        "dats": Moment("DATE", "dats", None, _plausible_dats(), "high", "YYYYMMDD as SAP writes dates, 00000000 for none"),
    }  # fmt: skip


def formatted_moments(values: Values, language: str) -> Iterator[Moment]:
    """Notations with a format of which one of the texts has the shape; those that read the most texts first."""
    texts = values.shapes(20)
    fitting = [shape for shape in _shapes() if any(_regex(shape).fullmatch(text) for text in texts)]
    for shape in fitting:
        yield _moment(shape, language if re.search("%[bB]", shape) else "")


def language_of(values: Values) -> str:
    """The language whose month names stand in the texts; empty for English or none."""
    words = {word.casefold() for text in values.all(200) for word in re.findall(r"[^\W\d_]{3,}", text)}
    if not words or len(words) > 14:
        return ""
    known = {
        language: words & {name for names in table for name in names.split("|")}
        for language, table in months.NAMES.items()
    }
    english = {name.lower() for name in months.ENGLISH}
    best = max(known, key=lambda language: len(known[language]))
    return best if len(known[best]) > len(words & english) and known[best] == words else ""


def together(found: Sequence[tuple[Moment, float]], values: Values) -> Moment | None:
    """Two formats of one day notation that read all texts between them, as exports that drop a midnight's time need."""
    part = [moment for moment, share in found if 0 < share < 1 and moment.parse != "dats" and moment.format]
    for one, other in itertools.permutations(part, 2):
        assert one.format is not None
        assert other.format is not None
        if one.format.split(" ")[0] != other.format.split(" ")[0] or "%H" not in one.format + other.format:
            continue
        shape = f"{one.format}|{other.format}"
        expression = f"coalesce({ex.local_time(_spelled(one), one.format)}, {ex.local_time(_spelled(other), other.format)})"
        if values.unread(expression)[0] == 0:
            evidence = f"times as {one.format}, some as {other.format}"
            return Moment(
                "TIMESTAMPTZ", "local_timestamp", shape, expression, "medium", evidence, one.language
            )
    return None


def settled(moment: Moment, values: Values, *, day_first: bool) -> Moment:
    """The moment, or the one with day and month swapped where both read all texts: the shorter span is likelier."""
    other = _swapped(moment)
    if other is None or values.unread(other.expression)[0]:
        return moment
    mine, theirs = values.width(moment.expression), values.width(other.expression)
    if mine != theirs:
        chosen, rest = (moment, other) if mine < theirs else (other, moment)
        days = f"{min(mine, theirs) / 86400:,.0f} against {max(mine, theirs) / 86400:,.0f} days"
        evidence = (
            f"{chosen.format} rather than {rest.format}: no day above 12 tells them apart, the span is {days}"
        )
        return _with(chosen, "medium", evidence)
    first = moment if (moment.format or "").startswith("%d") == day_first else other
    evidence = f"{first.format}, but day and month might be swapped: no day above 12 in the sample"
    return _with(first, "low", evidence)


def _with(moment: Moment, confidence: Confidence, evidence: str) -> Moment:
    return Moment(
        moment.type, moment.parse, moment.format, moment.expression, confidence, evidence, moment.language
    )


def _swapped(moment: Moment) -> Moment | None:
    shape = moment.format or ""
    for one, other in _SWAPPED.items():
        for here, there in ((one, other), (other, one)):
            if shape.startswith(here):
                return _moment(shape.replace(here, there), moment.language)
    return None


def _plausible_dats() -> str:
    plausible = f"{TEXT} BETWEEN '19500101' AND '20991231' OR {TEXT} IN ('00000000', '19000101', '99991231')"
    null_date = f"CASE WHEN {TEXT} = '00000000' THEN DATE '9999-12-31' END"
    return f"CASE WHEN {plausible} THEN coalesce({null_date}, {ex.dats(TEXT, None)}) END"


def _shapes() -> Iterator[str]:
    yield from _DAYS[1:8]
    yield from _DAYS[9:]
    for day in _DAYS:
        for hour in _HOURS:
            for between in (" ", "T", ", ", ""):
                if between or (day, hour) == ("%Y%m%d", "%H%M%S"):
                    yield f"{day}{between}{hour}"


@lru_cache(maxsize=1024)
def _regex(shape: str) -> re.Pattern[str]:
    parts = re.split("(%[a-zA-Z])", shape)
    return re.compile("".join(_TOKENS.get(part) or re.escape(part) for part in parts))


def _moment(shape: str, language: str) -> Moment:
    is_date = not re.search("%[HI]", shape)
    expression = _parsed(TEXT, shape, is_date=is_date)
    if language:
        english = _parsed(months.in_english(TEXT, language), shape, is_date=is_date)
        expression = f"coalesce({expression}, {english})"
    words = f", month names in {language}" if language else ""
    kind, parse = ("DATE", "date") if is_date else ("TIMESTAMPTZ", "local_timestamp")
    return Moment(kind, parse, shape, expression, "high", f"written as {shape}{words}", language)


def _spelled(moment: Moment) -> str:
    return months.in_english(TEXT, moment.language) if moment.language else TEXT


def _parsed(text: str, shape: str, *, is_date: bool) -> str:
    return ex.date(text, shape) if is_date else ex.local_time(text, shape)

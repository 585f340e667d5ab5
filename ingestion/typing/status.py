"""Quality codes read as one status and three flags: in Python for one code, in SQL for a column of them.

Belongs here: applying the tables of quality_codes.py. Both readers give the same answer; a test holds them together.
Which columns of a file hold codes stands in its contract: parse `status_of`, `substituted_of`, `questionable_of` and
`clamped_of` with parseFormat = one notation per source column, separated by blanks.

Several codes of one reading: the worst status counts, a flag is set if any code sets it. A blank says nothing unless
its table says so; a code that no table knows makes the status unreadable (rule type:status).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from ingestion.typing.expressions import literal
from ingestion.typing.quality_codes import ALL_BITS, CODES, UNRATED, USUAL, CodeTable, Meaning, Span, Status

FLAGS = ("substituted", "questionable", "clamped")
_RANKS: tuple[Status, ...] = ("good", "uncertain", "bad")
_SILENT, _UNREADABLE = -1, 9
_DECIMAL, _HEX = r"-?[0-9]{1,10}", r"0[xX][0-9a-fA-F]{1,8}"


def notations(parse_format: str | None) -> tuple[str, ...]:
    """The notations that a contract names, one per source column; KeyError for an unknown one."""
    names = tuple((parse_format or "").split())
    for name in names:
        CODES[name]
    return names


@lru_cache(maxsize=65_536)
def meaning(notation: str, code: str | int | None) -> Meaning | None:
    """What one code says; None if it says nothing or cannot be read. KeyError for an unknown notation."""
    table = CODES[notation]
    text = "" if code is None else str(code).strip()
    if not text:
        return table.blank
    number = _number(text)
    if number is not None and table.status:
        return _of_number(table, number)
    return _of_text(table, text.lower())


def combined(parts: Sequence[Meaning | None]) -> Meaning | None:
    """The meaning of several codes of one reading: worst status, all flags."""
    said = [part for part in parts if part is not None]
    if not said:
        return None
    return Meaning(
        max((part.status for part in said), key=_RANKS.index),
        substituted=any(part.substituted for part in said),
        questionable=any(part.questionable for part in said),
        clamped=any(part.clamped for part in said),
    )


def status_sql(texts: Sequence[str], notation: Sequence[str]) -> str:
    """SQL of the worst status of code columns (SQL of their texts); NULL if none says anything or one is unreadable."""
    ranks = [_rank_sql(f"trim({text})", CODES[name]) for text, name in zip(texts, notation, strict=True)]
    worst = ranks[0] if len(ranks) == 1 else f"greatest({', '.join(ranks)})"
    cases = " ".join(f"WHEN {rank} THEN {literal(status)}" for rank, status in enumerate(_RANKS))
    return _unless_usual(texts, notation, f"CASE {worst} {cases} END", "'good'")


def flag_sql(flag: str, texts: Sequence[str], notation: Sequence[str]) -> str:
    """SQL of one flag (see FLAGS) of code columns: never NULL."""
    said = [_flag_sql(f"trim({text})", CODES[name], flag) for text, name in zip(texts, notation, strict=True)]
    told = [sql for sql in said if sql != "false"]
    return _unless_usual(texts, notation, f"({' OR '.join(told)})", "false") if told else "false"


def _unless_usual(texts: Sequence[str], notation: Sequence[str], sql: str, usual: str) -> str:
    """`sql`, but of the codes of USUAL what they say: nearly all rows have them, and need no tables."""
    if not USUAL.keys() >= {*notation}:
        return sql
    same = [f"{text} = {literal(USUAL[name])}" for text, name in zip(texts, notation, strict=True)]
    return f"CASE WHEN {' AND '.join(same)} THEN {usual} ELSE {sql} END"


def _number(text: str) -> int | None:
    if re.fullmatch(_DECIMAL, text):
        return int(text) & ALL_BITS
    return int(text, 16) if re.fullmatch(_HEX, text) else None


def _within(number: int, spans: Sequence[Span]) -> bool:
    return any(span.low <= number & span.mask <= span.last for span in spans)


def _of_number(table: CodeTable, number: int) -> Meaning | None:
    status = next((status for span, status in table.status if _within(number, [span])), None)
    if status is None:
        return None
    return Meaning(
        status,
        substituted=_within(number, table.substituted),
        questionable=_within(number, table.questionable),
        clamped=_within(number, table.clamped),
    )


def _of_text(table: CodeTable, text: str) -> Meaning | None:
    if text in table.texts:
        return table.texts[text]
    begins = (said for beginning, said in table.beginnings.items() if text.startswith(beginning))
    return next(begins, table.other)


def _rank(said: Meaning | None, otherwise: int) -> int:
    return otherwise if said is None else _RANKS.index(said.status)


def _rank_sql(text: str, table: CodeTable) -> str:
    if table is UNRATED:
        return "0"
    cases = [f"WHEN coalesce({text}, '') = '' THEN {_rank(table.blank, _SILENT)}"]
    if table.status:
        inner = " ".join(
            f"WHEN {_span_sql(span)} THEN {_RANKS.index(status)}" for span, status in table.status
        )
        cases.append(
            f"WHEN {_is_number(text)} THEN {_with_number(text, f'CASE {inner} ELSE {_UNREADABLE} END')}"
        )
    low = f"lower({text})"
    cases += [f"WHEN {low} IN ({_list(texts)}) THEN {rank}" for rank, texts in _by_rank(table).items()]
    cases += [
        f"WHEN starts_with({low}, {literal(beginning)}) THEN {_rank(said, _UNREADABLE)}"
        for beginning, said in table.beginnings.items()
    ]
    return f"CASE {' '.join(cases)} ELSE {_rank(table.other, _UNREADABLE)} END"


def _by_rank(table: CodeTable) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for text, said in table.texts.items():
        found.setdefault(_rank(said, _UNREADABLE), []).append(text)
    return found


def _flag_sql(text: str, table: CodeTable, flag: str) -> str:
    low, cases = f"lower({text})", []
    if spans := getattr(table, flag):
        known = " OR ".join(_span_sql(span) for span, _ in table.status)
        inner = " OR ".join(_span_sql(span) for span in spans)
        cases.append(f"WHEN {_is_number(text)} THEN {_with_number(text, f'({known}) AND ({inner})')}")
    if whole := [code for code, said in table.texts.items() if getattr(said, flag)]:
        cases.append(f"WHEN {low} IN ({_list(whole)}) THEN true")
    starts = [code for code, said in table.beginnings.items() if getattr(said, flag)]
    if starts:
        if others := [code for code, said in table.texts.items() if not getattr(said, flag)]:
            cases.append(f"WHEN {low} IN ({_list(others)}) THEN false")
        cases += [f"WHEN starts_with({low}, {literal(code)}) THEN true" for code in starts]
    return f"coalesce(CASE {' '.join(cases)} ELSE false END, false)" if cases else "false"


def _is_number(text: str) -> str:
    return f"regexp_full_match({text}, '{_DECIMAL}|{_HEX}')"


def _with_number(text: str, sql: str) -> str:
    """`sql` about the code's number under the name #, put in place."""
    return sql.replace("#", f"(CAST({text} AS BIGINT) & {ALL_BITS})")


def _span_sql(span: Span) -> str:
    masked = "#" if span.mask == ALL_BITS else f"(# & {span.mask})"
    return f"{masked} = {span.low}" if span.high is None else f"{masked} BETWEEN {span.low} AND {span.high}"


def _list(texts: Sequence[str]) -> str:
    return ", ".join(literal(text) for text in texts)

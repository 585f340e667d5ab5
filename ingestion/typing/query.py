"""The one query that types a delivered relation: the contract's columns and a verdict per row.

Nested selects let each expression be written once: cleaned text, then numbers, then what needs them, then the
verdict. DuckDB drops what a contract does not use. Local times come out as naive TIMESTAMP and columns parsed as
utc_date_of not at all: rows.py makes them UTC and adds the dates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingestion.contracts import DERIVED, Column, Contract
from ingestion.drift.policy import EXTRA
from ingestion.typing import attempts, months, readings, series
from ingestion.typing import expressions as ex
from ingestion.typing.inputs import Input
from ingestion.typing.rules import Rule, column_rules

RULE_COLUMN = "__rule"
HEADER_AGAIN = Rule("repeated_header", None, "a row of data, not the header once more")
_NEVER_A_NAME = ("integer", "decimal", "date", "dats", "local_timestamp", "utc_timestamp", "epoch")
_MARK = "\ufeff"
MALFORMED = Rule("malformed_row", None, "a row that the format's grammar allows")


@dataclass(frozen=True)
class TypedQuery:
    """`__rule` n > 0 means that the row breaks rules[n - 1]; `local_columns` are naive and still local.

    The patterns of `patterns_apart` are not part of the verdict yet: shaping.py asks them once per distinct text, then too
    adds the end that the texts of a column in `usual` have left out, and the columns of `constants`.
    """

    head: str
    tail: str
    rules: tuple[Rule, ...]
    local_columns: tuple[str, ...]
    patterns_apart: tuple[Column, ...] = ()
    constants: Mapping[str, str | bool | None] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)

    def over(self, relation: str) -> str:
        """The SQL over a table, view or table function call."""
        return f"{self.head}{relation}{self.tail}"


@dataclass
class _Levels:
    """Expressions by nesting level, innermost first; `text` is SQL over the relation's own columns."""

    text: dict[int, str] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    second: dict[str, str] = field(default_factory=dict)
    third: dict[str, str] = field(default_factory=dict)
    local: list[str] = field(default_factory=list)
    usual: dict[str, str] = field(default_factory=dict)

    def around(self) -> tuple[str, str]:
        """SQL before and behind the innermost relation."""
        used = [level for level in (self.third, self.second, self.first, self.tried) if level]
        heads = [
            "(SELECT *, " + ", ".join(f"{sql} AS {name}" for name, sql in level.items()) + " FROM "
            for level in used
        ]
        return "".join(heads), ")" * len(used)


def typed_query(
    contract: Contract,
    inputs: Mapping[str, Input],
    *,
    extra: tuple[str, ...] = (),
    malformed: str = "",
    overflow: str = "",
    constants: Mapping[str, str | bool | None] | None = None,
) -> TypedQuery:
    """The query for a relation that delivers `inputs` (by header) and is passed through in columns `extra`.

    Columns of `constants` (readings.py) are left out. `overflow`: SQL for `_extra` where it does not follow from `inputs`. `malformed`: SQL condition of rows that the format could not read at all (they break rule malformed_row).
    """
    levels, constants = _Levels(), constants or {}
    typed = [
        (index, column)
        for index, column in enumerate(contract.columns)
        if column.parse not in DERIVED and column.name not in constants
    ]
    apart = repeating_texts(contract)
    for index, column in typed:
        _Builder(contract, inputs, levels, index, column).add()
    pairs = [(MALFORMED, malformed)] if malformed else []
    pairs += [(HEADER_AGAIN, again)] if (again := _header_again(contract, inputs, typed)) else []
    for index, column in typed:
        asked = replace(column, pattern=None) if column in apart else column
        pairs += column_rules(asked, text=levels.text[index], value=f"v{index}")
    cases = " ".join(
        f"WHEN {condition} THEN {number}" for number, (_, condition) in enumerate(pairs, start=1)
    )
    verdict = f"CAST({f'CASE {cases} ELSE 0 END' if cases else '0'} AS USMALLINT) AS {RULE_COLUMN}"
    values = [f"v{index} AS {ex.identifier(column.name)}" for index, column in typed]
    if kept := overflow or _overflow(contract, inputs):
        values.append(f"{kept} AS {EXTRA}")
    head, tail = levels.around()
    return TypedQuery(
        head=f"SELECT {', '.join([*values, verdict, *extra])} FROM {head}",
        tail=tail,
        rules=tuple(rule for rule, _ in pairs),
        local_columns=tuple(levels.local),
        patterns_apart=tuple(column for column in apart if column.pattern is not None),
        constants=constants,
        usual=levels.usual,
    )


def _header_again(
    contract: Contract, inputs: Mapping[str, Input], typed: Sequence[tuple[int, Column]]
) -> str:
    """Condition of a row that is the header once more, as exports have it that were put one behind the other.

    Texts are compared only where a column that is no text could not be read: in good rows that costs nothing.
    """
    if contract.format != "delimited" or not contract.format_options.get("header", True):
        return ""
    found = [(inputs[header].sql, header) for header in contract.headers if header in inputs][:4]
    if len(found) < 2:  # one column alone may hold its own name
        return ""
    numbered = [(not column.required, index) for index, column in typed if column.parse in _NEVER_A_NAME]
    unread = [f"v{min(numbered)[1]} IS NULL"] if numbered else []
    same = [f"{sql} IN ({ex.literals([name, _MARK + name])})" for sql, name in found]
    return " AND ".join([*unread, *same])


def _overflow(contract: Contract, inputs: Mapping[str, Input]) -> str:
    """Columns that the contract does not know, as the text of a JSON object; null where all of them are blank."""
    if contract.drift.new_columns != "evolve":
        return ""
    given = {
        header: f"CAST({inputs[header].sql} AS VARCHAR)"
        for header in contract.drift.unknown(contract.headers, inputs)
    }
    texts = {header: f"CASE WHEN trim({text}) <> '' THEN {text} END" for header, text in given.items()}
    if not texts:
        return ""
    members = ", ".join(f"{ex.literal(header)}, {text}" for header, text in texts.items())
    whole = f"CAST(json_merge_patch('{{}}', json_object({members})) AS VARCHAR)"  # a patch drops nulls
    return f"CASE WHEN coalesce({', '.join(texts.values())}) IS NOT NULL THEN {whole} END"


def repeating_texts(contract: Contract) -> tuple[Column, ...]:
    """Key texts of a partitioned (so: high-rate) table, such as tag names: few values in very many rows."""
    if not contract.partition_by:
        return ()
    return tuple(
        column for column in contract.columns if column.parse == "text" and column.key_position is not None
    )


def _is_spelled_apart(contract: Contract, column: Column) -> bool:
    """Texts that shaping.py spells once per distinct text, and that no rule of the query compares."""
    asked = column.enum or column.values or column.max_length is not None
    return column.parse_format == series.FORMAT and not asked and column in repeating_texts(contract)


@dataclass
class _Builder:
    """Adds the expressions of one column to the levels."""

    contract: Contract
    inputs: Mapping[str, Input]
    levels: _Levels
    index: int
    column: Column

    def add(self) -> None:
        """Choose the way from the input's kind to the column's type."""
        if self.column.parse in readings.PARSES:
            self._reading()
            return
        given = self._input(0)
        if self.column.parse == "pseudonym":
            self._pseudonym(given)
            return
        if given.usual and _is_spelled_apart(self.contract, self.column):
            self.levels.usual[self.column.name] = given.usual
        else:
            given = given.whole()
        if given.kind == "text":
            keep = self.column.parse == "text"
            self.levels.text[self.index] = ex.cleaned(given.sql, self.column, keep_blanks=keep)
            self._from_text(given.sql)
        else:
            self._from_native(given)

    @property
    def _v(self) -> str:
        return f"v{self.index}"

    def _input(self, position: int) -> Input:
        name = self.contract.drift.given_as(self.column.sources[position], self.inputs)
        return Input("CAST(NULL AS VARCHAR)") if name is None else self.inputs[name]

    def _from_text(self, source: str) -> None:
        column = self.column
        options = self.contract.format_options
        decimal, thousands = str(options.get("decimal", ".")), str(options.get("thousands") or "")
        parsers: dict[str, Callable[[str], str]] = {
            "integer": lambda text: ex.integer(text, column.type, thousands),
            "boolean": ex.boolean,
            "date": lambda text: self._with_months(text, ex.date),
            "dats": lambda text: ex.dats(text, column.parse_format),
            "tims": ex.tims,
            "utc_timestamp": ex.utc_timestamp,
            "list": lambda text: ex.text_list(text, column.type),
        }
        if column.parse == "text":
            self.levels.first[self._v] = self.levels.text[self.index]
        elif column.parse in parsers:
            self.levels.first[self._v] = self._parsed(source, parsers[column.parse])
        elif column.parse in ("decimal", "number_else_null"):
            self._number_from_text(source, lambda text: ex.number(text, column.type, decimal, thousands))
        elif column.parse == "text_else_null":
            self._text_else_null(source, decimal, thousands)
        else:
            self._local_from_text(source)

    def _pseudonym(self, given: Input) -> None:
        """Of any kind of cell: a personal number may be delivered as text or as a whole number."""
        source = f"CAST({given.whole().sql} AS VARCHAR)"
        text = ex.person(ex.cleaned(source, self.column))
        self.levels.text[self.index] = text
        self.levels.first[self._v] = ex.pseudonym(text)

    def _parsed(self, source: str, parse: Callable[[str], str]) -> str:
        """The usual spelling by an attempt, any other by the whole parser."""
        column, q = self.column, f"q{self.index}"
        if not attempts.is_possible(column):
            return ex.unless_null(source, column, parse)
        tried = attempts.attempt(source, column, self.contract.format_options, parse)
        self.levels.tried[q] = tried.sql
        return attempts.value(source, column, parse, tried, q)

    def _reading(self) -> None:
        """Columns of a canonical reading: see readings.py."""
        column, options = self.column, self.contract.format_options
        given = [self._input(position).whole() for position in range(len(column.sources))]
        text = readings.joined_text(column, given)
        self.levels.text[self.index] = text
        if column.parse == "reading_value":
            number = readings.number(column, given, text, options)
            self.levels.first[f"n{self.index}"] = number
            self.levels.second[self._v] = readings.value(f"n{self.index}", text)
        elif column.parse == "reading_text":
            values = (i for i, other in enumerate(self.contract.columns) if other.parse == "reading_value")
            self.levels.third[self._v] = readings.text_of(f"v{next(values)}", text)
        else:
            self.levels.first[self._v] = readings.expression(column, given)

    def _number_from_text(self, source: str, parse: Callable[[str], str]) -> None:
        """The hot path of historians: one cast, and a look at the text only where that gave no usable number."""
        column, number = self.column, f"n{self.index}"
        sentinels = ex.sentinels(column)
        if column.type != "DOUBLE" or sentinels is None:
            self._number(self._parsed(source, parse))
            return
        usable = [
            f"isfinite({number})",
            *([f"{number} NOT IN ({', '.join(sentinels)})"] if sentinels else []),
        ]
        options = self.contract.format_options
        if options.get("decimal", ".") == "." and not options.get("thousands"):
            self.levels.first[number] = f"TRY_CAST({source} AS DOUBLE)"
            usable.append(f"NOT contains({source}, '_')")  # DuckDB reads 1_000
        else:  # the shape of another notation is looked at only where an attempt fails
            tried, q = attempts.attempt(source, column, options, parse), f"q{self.index}"
            self.levels.tried[q] = tried.sql
            self.levels.first[number] = (
                f"CASE WHEN {tried.holds.format(q=q)} THEN {q} ELSE {parse(source)} END"
            )
        is_null = f"trim({source}) IN ({ex.literals(ex.null_texts(column))})"
        trimmed = parse(f"trim({source})")
        self.levels.second[self._v] = (
            f"CASE WHEN {' AND '.join(usable)} THEN {number} WHEN {is_null} THEN NULL WHEN isfinite({trimmed}) THEN {trimmed} END"
        )

    def _number(self, sql: str) -> None:
        if self.column.type == "DOUBLE":
            self.levels.first[f"n{self.index}"] = sql
            self.levels.second[self._v] = f"CASE WHEN isfinite(n{self.index}) THEN n{self.index} END"
        else:
            self.levels.first[self._v] = sql

    def _text_else_null(self, source: str, decimal: str, thousands: str) -> None:
        """The text where the sibling on the same source holds no number; its nullValues are no text either."""
        for index, other in enumerate(self.contract.columns):
            if other.parse == "number_else_null" and other.sources == self.column.sources:
                nulls = self.column if self.column.null_values else other
                text = ex.cleaned(source, nulls)
                self.levels.third[self._v] = f"CASE WHEN v{index} IS NULL THEN {text} END"
                return
        text = self.levels.text[self.index]
        self.levels.first[self._v] = (
            f"CASE WHEN {ex.number(text, 'DOUBLE', decimal, thousands)} IS NULL THEN {text} END"
        )

    def _local_from_text(self, source: str) -> None:
        column = self.column
        self.levels.local.append(column.name)
        if len(column.sources) == 1:
            self.levels.first[self._v] = self._parsed(
                source, lambda text: self._with_months(text, ex.local_time)
            )
            return
        date = f"nullif(nullif(trim({source}), ''), '{ex.NULL_DATE}')"
        time = f"nullif(trim({self._input(1).sql}), '')"
        self.levels.text[self.index] = date
        self.levels.first[self._v] = (
            f"{ex.local_time(date, column.parse_format or '%Y%m%d')} + {ex.tims_interval(time)}"
        )

    def _with_months(self, text: str, parse: Callable[[str, str | None], str]) -> str:
        """English month names first; the contract's language only where that gave nothing."""
        shape, language = self.column.parse_format, self.contract.format_options.get("monthNames")
        if language is None or shape is None:
            return parse(text, shape)
        return f"coalesce({parse(text, shape)}, {parse(months.in_english(text, str(language)), shape)})"

    def _from_native(self, given: Input) -> None:
        column = self.column
        text = f"CAST({given.sql} AS VARCHAR)"
        nulls = f"CASE WHEN {text} IN ({ex.literals(column.null_values)}) THEN NULL ELSE {given.sql} END"
        cell = f"({nulls})" if column.null_values else given.sql
        self.levels.text[self.index] = cell
        if column.parse == "local_timestamp" and given.kind != "timestamptz":
            self.levels.local.append(column.name)
            self.levels.first[self._v] = f"TRY_CAST({cell} AS TIMESTAMP)"
        elif column.parse == "utc_timestamp" and given.kind != "timestamptz":
            self.levels.first[self._v] = f"make_timestamptz(epoch_us(TRY_CAST({cell} AS TIMESTAMP)))"
        elif column.type in ("BIGINT", "INTEGER"):
            cast = f"TRY_CAST({cell} AS {column.type})"
            self.levels.first[self._v] = f"CASE WHEN {cast} = {cell} THEN {cast} END"
        elif column.type == "DOUBLE":
            self._number(f"TRY_CAST({cell} AS DOUBLE)")
        elif given.kind == "list" and column.parse == "list":
            self.levels.first[self._v] = ex.native_list(cell, column.type)
        else:
            self.levels.first[self._v] = f"TRY_CAST({cell} AS {column.type})"

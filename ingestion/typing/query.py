"""The one query that types a delivered relation: the contract's columns and a verdict per row.

Nested selects let each expression be written once: cleaned text, then numbers, then what needs them, then the
verdict. DuckDB drops what a contract does not use. Local times come out as naive TIMESTAMP and columns parsed as
utc_date_of not at all: rows.py makes them UTC and adds the dates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ingestion.contracts import Column, Contract
from ingestion.typing import expressions as ex
from ingestion.typing.rules import Rule, column_rules

RULE_COLUMN = "__rule"
MALFORMED = Rule("malformed_row", None, "a row that the format's grammar allows")


@dataclass(frozen=True)
class Input:
    """One delivered column: the SQL that reads it from the relation, and its kind.

    Kinds: text, timestamp (naive), timestamptz, other (a native type that DuckDB can cast).
    """

    sql: str
    kind: str = "text"


@dataclass(frozen=True)
class TypedQuery:
    """`__rule` n > 0 means that the row breaks rules[n - 1]; `local_columns` are naive and still local."""

    head: str
    tail: str
    rules: tuple[Rule, ...]
    local_columns: tuple[str, ...]

    def over(self, relation: str) -> str:
        """The SQL over a table, view or table function call."""
        return f"{self.head}{relation}{self.tail}"


@dataclass
class _Levels:
    """Expressions by nesting level, innermost first."""

    text: dict[str, str] = field(default_factory=dict)
    first: dict[str, str] = field(default_factory=dict)
    second: dict[str, str] = field(default_factory=dict)
    third: dict[str, str] = field(default_factory=dict)
    local: list[str] = field(default_factory=list)

    def around(self) -> tuple[str, str]:
        """SQL before and behind the innermost relation."""
        used = [level for level in (self.third, self.second, self.first, self.text) if level]
        heads = [
            "(SELECT *, " + ", ".join(f"{sql} AS {name}" for name, sql in level.items()) + " FROM "
            for level in used
        ]
        return "".join(heads), ")" * len(used)


def typed_query(
    contract: Contract, inputs: Mapping[str, Input], *, extra: tuple[str, ...] = (), malformed: str = ""
) -> TypedQuery:
    """The query for a relation that delivers `inputs` (by header) and is passed through in columns `extra`.

    `malformed`: SQL condition of rows that the format could not read at all (they break rule malformed_row).
    """
    levels = _Levels()
    for index, column in enumerate(contract.columns):
        if column.parse != "utc_date_of":
            _Builder(contract, inputs, levels, index, column).add()
    pairs = list(_verdicts(contract, malformed))
    cases = " ".join(
        f"WHEN {condition} THEN {number}" for number, (_, condition) in enumerate(pairs, start=1)
    )
    verdict = f"CAST({f'CASE {cases} ELSE 0 END' if cases else '0'} AS USMALLINT) AS {RULE_COLUMN}"
    values = [
        f"v{index} AS {ex.identifier(column.name)}"
        for index, column in enumerate(contract.columns)
        if column.parse != "utc_date_of"
    ]
    head, tail = levels.around()
    return TypedQuery(
        head=f"SELECT {', '.join([*values, verdict, *extra])} FROM {head}",
        tail=tail,
        rules=tuple(rule for rule, _ in pairs),
        local_columns=tuple(levels.local),
    )


def _verdicts(contract: Contract, malformed: str) -> Iterator[tuple[Rule, str]]:
    if malformed:
        yield MALFORMED, malformed
    for index, column in enumerate(contract.columns):
        yield from column_rules(column, text=f"t{index}", value=f"v{index}")


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
        given = self.inputs.get(self.column.sources[0], Input("CAST(NULL AS VARCHAR)"))
        if given.kind == "text":
            keep = self.column.parse == "text"
            self.levels.text[self._t] = ex.cleaned(given.sql, self.column, keep_blanks=keep)
            self._from_text()
        else:
            self._from_native(given)

    @property
    def _t(self) -> str:
        return f"t{self.index}"

    @property
    def _v(self) -> str:
        return f"v{self.index}"

    def _from_text(self) -> None:
        column, text = self.column, self._t
        options = self.contract.format_options
        decimal, thousands = str(options.get("decimal", ".")), str(options.get("thousands") or "")
        simple = {
            "text": lambda: text,
            "integer": lambda: ex.integer(text, column.type, thousands),
            "boolean": lambda: ex.boolean(text),
            "date": lambda: ex.date(text, column.parse_format),
            "dats": lambda: ex.dats(text, column.parse_format),
            "tims": lambda: ex.tims(text),
            "utc_timestamp": lambda: ex.utc_timestamp(text),
            "list": lambda: ex.text_list(text, column.type),
        }
        if column.parse in simple:
            self.levels.first[self._v] = simple[column.parse]()
        elif column.parse in ("decimal", "number_else_null"):
            self._number(ex.number(text, column.type, decimal, thousands))
        elif column.parse == "text_else_null":
            self._text_else_null(decimal, thousands)
        else:
            self._local_from_text()

    def _number(self, sql: str) -> None:
        if self.column.type == "DOUBLE":
            self.levels.first[f"n{self.index}"] = sql
            self.levels.second[self._v] = f"CASE WHEN isfinite(n{self.index}) THEN n{self.index} END"
        else:
            self.levels.first[self._v] = sql

    def _text_else_null(self, decimal: str, thousands: str) -> None:
        """The text where the sibling on the same source holds no number; its nullValues are no text either."""
        for index, other in enumerate(self.contract.columns):
            if other.parse == "number_else_null" and other.sources == self.column.sources:
                if not self.column.null_values:
                    self.levels.text[self._t] = self.levels.text.get(f"t{index}", self.levels.text[self._t])
                self.levels.third[self._v] = f"CASE WHEN v{index} IS NULL THEN {self._t} END"
                return
        as_number = ex.number(self._t, "DOUBLE", decimal, thousands)
        self.levels.first[self._v] = f"CASE WHEN {as_number} IS NULL THEN {self._t} END"

    def _local_from_text(self) -> None:
        column = self.column
        self.levels.local.append(column.name)
        if len(column.sources) == 1:
            self.levels.first[self._v] = ex.local_time(self._t, column.parse_format)
            return
        date, time = (
            self.inputs.get(source, Input("CAST(NULL AS VARCHAR)")) for source in column.sources[:2]
        )
        self.levels.text[self._t] = f"nullif(nullif(trim({date.sql}), ''), '{ex.NULL_DATE}')"
        self.levels.text[f"tt{self.index}"] = f"nullif(trim({time.sql}), '')"
        day = ex.local_time(self._t, column.parse_format or "%Y%m%d")
        self.levels.first[self._v] = f"{day} + {ex.tims_interval(f'tt{self.index}')}"

    def _from_native(self, given: Input) -> None:
        column, i = self.column, self.index
        text = f"CAST({given.sql} AS VARCHAR)"
        nulls = f"CASE WHEN {text} IN ({ex.literals(column.null_values)}) THEN NULL ELSE {given.sql} END"
        self.levels.text[self._t] = nulls if column.null_values else given.sql
        if column.parse == "local_timestamp" and given.kind != "timestamptz":
            self.levels.local.append(column.name)
            self.levels.first[self._v] = f"CAST({self._t} AS TIMESTAMP)"
        elif column.parse == "utc_timestamp" and given.kind != "timestamptz":
            self.levels.first[self._v] = f"make_timestamptz(epoch_us(CAST({self._t} AS TIMESTAMP)))"
        elif column.type in ("BIGINT", "INTEGER"):
            cast = f"TRY_CAST({self._t} AS {column.type})"
            self.levels.first[self._v] = f"CASE WHEN {cast} = {self._t} THEN {cast} END"
        elif column.type == "DOUBLE":
            self._number(f"TRY_CAST({self._t} AS DOUBLE)")
        else:
            self.levels.first[self._v] = f"TRY_CAST(t{i} AS {column.type})"

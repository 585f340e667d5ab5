"""What makes a row bad: one SQL condition per rule of a contract's column.

Conditions may be NULL, which counts as not broken. Their order is the order of the verdict: a row is put aside
under the first rule that it breaks. Rules about whole files stand in formats/, about whole batches in quality.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.contracts import Column
from ingestion.typing.expressions import literal, literals

_NEVER_UNREADABLE = ("text", "text_else_null", "number_else_null", "reading_value", "reading_text")


@dataclass(frozen=True)
class Rule:
    """A rule id such as `type:reading_at`, the column it is about and what it asks for, in words."""

    id: str
    column: str | None
    expects: str


def pattern_rule(column: Column) -> Rule:
    """The rule that a text looks like the contract's pattern."""
    return Rule(f"pattern:{column.name}", column.name, f"text like {column.pattern}")


def column_rules(column: Column, *, text: str, value: str) -> Iterator[tuple[Rule, str]]:
    """(rule, SQL condition that is true for a bad row) for one column, given the SQL of its cleaned text and value."""
    if column.parse in ("utc_date_of", "absent"):
        return
    # the value is asked first: only where it is missing DuckDB looks at the text again, and only once
    required = column.required or column.key_position is not None
    if required:
        yield Rule(f"required:{column.name}", column.name, "a value"), f"{value} IS NULL AND {text} IS NULL"
    if column.parse not in _NEVER_UNREADABLE:
        expects = f"{column.type} as {column.parse}" + (
            f" {column.parse_format}" if column.parse_format else ""
        )
        yield (
            Rule(f"type:{column.name}", column.name, expects),
            f"{value} IS NULL" + ("" if required else f" AND {text} IS NOT NULL"),
        )
    yield from _value_rules(column, value)


def _value_rules(column: Column, value: str) -> Iterator[tuple[Rule, str]]:
    allowed = column.enum or column.values
    if allowed or column.parse == "text_else_null":
        condition = f"{value} IS NOT NULL"  # by itself it keeps DuckDB from comparing rows without a value
        condition += f" AND {value} NOT IN ({literals(allowed)})" if allowed else ""
        yield Rule(f"set:{column.name}", column.name, f"one of {', '.join(allowed)}"), condition
    if column.pattern is not None:
        condition = f"NOT regexp_matches({value}, {literal(column.pattern)})"
        yield pattern_rule(column), condition
    if column.max_length is not None:
        condition = f"strlen({value}) > {column.max_length} AND length({value}) > {column.max_length}"
        yield Rule(f"length:{column.name}", column.name, f"at most {column.max_length} characters"), condition
    bounds = [f"{value} < {_bound(column.minimum)}"] if column.minimum is not None else []
    bounds += [f"{value} > {_bound(column.maximum)}"] if column.maximum is not None else []
    if bounds:
        low = "" if column.minimum is None else f"from {column.minimum} "
        high = "" if column.maximum is None else f"up to {column.maximum}"
        yield Rule(f"range:{column.name}", column.name, f"a value {low}{high}".strip()), " OR ".join(bounds)


def _bound(bound: float | str) -> str:
    return literal(bound) if isinstance(bound, str) else repr(bound)

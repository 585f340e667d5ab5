"""The distinct texts of one delivered column, and how many of them an expression of typing/ reads.

Guesses are tried with the expressions that ingestion types rows with, so what a guess reads is what will be read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ingestion.profiling.model import Statistics
from ingestion.profiling.reading import TABLE, count, first_row
from ingestion.typing.expressions import literals

TEXT = "v"
_VALUES = "profiled"
_FIRST_LOOK = 2_000
_EXAMPLES = 5
_WORDS = 40


@dataclass(frozen=True)
class Values:
    """Distinct trimmed texts of a column with their counts, in the temporary table that make() fills."""

    connection: duckdb.DuckDBPyConnection
    rows: int
    filled: int
    distinct: int
    longest: int
    examples: tuple[str, ...]

    @classmethod
    def make(cls, connection: duckdb.DuckDBPyConnection, column: str) -> "Values":
        """Look at a column of the sample; there is one such table at a time."""
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_VALUES} AS SELECT trim({column}) AS {TEXT}, count(*) AS n, "
            f"min(rowid) AS first_row, hash(trim({column})) AS h FROM {TABLE} WHERE trim({column}) <> '' GROUP BY ALL"
        )
        filled, distinct, longest = first_row(
            connection,
            f"SELECT coalesce(sum(n), 0)::BIGINT, count(*), coalesce(max(length({TEXT})), 0) FROM {_VALUES}",
        )
        rows = count(connection, f"SELECT count(*) FROM {TABLE}")
        found = connection.execute(
            f"SELECT {TEXT} FROM {_VALUES} ORDER BY first_row LIMIT {_EXAMPLES}"
        ).fetchall()
        return cls(connection, rows, filled, distinct, longest, tuple(text for (text,) in found))

    def readable(self, expressions: Mapping[str, str]) -> dict[str, float]:
        """Share (0 to 1) of a part of the distinct texts that each expression makes a value of."""
        if not expressions or not self.distinct:
            return dict.fromkeys(expressions, 0.0)
        sums = ", ".join(
            f"avg(CASE WHEN ({sql}) IS NOT NULL THEN 1.0 ELSE 0.0 END)" for sql in expressions.values()
        )
        part = f"(SELECT {TEXT} FROM {_VALUES} ORDER BY h LIMIT {_FIRST_LOOK})"
        found = first_row(self.connection, f"SELECT {sums} FROM {part}")
        return dict(zip(expressions, map(float, found), strict=True))

    def unread(self, expression: str) -> tuple[int, list[str]]:
        """Rows whose text the expression does not read, and up to forty of these texts, the most frequent first."""
        where = f"({expression}) IS NULL"
        return self.rows_of(where), self.texts(where)

    def count(self, condition: str) -> int:
        """Distinct texts that the condition holds for."""
        return count(self.connection, f"SELECT count(*) FROM {_VALUES} WHERE {condition}")

    def rows_of(self, condition: str) -> int:
        """Rows whose text the condition holds for."""
        return self._rows(f"WHERE {condition}")

    def texts(self, condition: str) -> list[str]:
        """Up to forty texts that the condition holds for, the most frequent first."""
        sql = f"SELECT {TEXT} FROM {_VALUES} WHERE {condition} ORDER BY n DESC, {TEXT} LIMIT {_WORDS}"
        return [text for (text,) in self.connection.execute(sql).fetchall()]

    def example(self, condition: str) -> str:
        """The first text that the condition holds for; empty if there is none."""
        sql = f"SELECT {TEXT} FROM {_VALUES} WHERE {condition} ORDER BY first_row LIMIT 1"
        return "".join(first_row(self.connection, sql))

    def all(self, most: int) -> list[str]:
        """The texts, by frequency."""
        found = self.connection.execute(
            f"SELECT {TEXT} FROM {_VALUES} ORDER BY n DESC, {TEXT} LIMIT {most}"
        ).fetchall()
        return [text for (text,) in found]

    def shapes(self, most: int) -> list[str]:
        """A text of each shape (digits are alike), the most frequent first."""
        shape = f"regexp_replace({TEXT}, '[0-9]', '9', 'g')"
        sql = f"SELECT min({TEXT}) FROM {_VALUES} GROUP BY {shape} ORDER BY sum(n) DESC, 1 LIMIT {most}"
        return [text for (text,) in self.connection.execute(sql).fetchall()]

    def span(self, expression: str) -> tuple[str, str]:
        """Least and greatest value of an expression, as text; empty if it reads nothing."""
        sql = f"SELECT CAST(min({expression}) AS VARCHAR), CAST(max({expression}) AS VARCHAR) FROM {_VALUES}"
        low, high = first_row(self.connection, sql)
        return low or "", high or ""

    def width(self, expression: str) -> float:
        """Greatest minus least moment in seconds; of an expression that gives timestamps or dates."""
        sql = f"SELECT epoch(max({expression})) - epoch(min({expression})) FROM {_VALUES}"
        return float(first_row(self.connection, sql)[0] or 0)

    def statistics(self, expression: str, nulls: Sequence[str] = ()) -> Statistics:
        """The counts for the page; texts that mean null count as blank."""
        blank = self.rows - self.filled
        if nulls:
            blank += self._rows(f"WHERE {TEXT} IN ({literals(nulls)})")
        least, greatest = self.span(expression)
        return Statistics(self.rows, blank, self.distinct, least, greatest, self.longest, self.examples)

    def _rows(self, where: str) -> int:
        return count(self.connection, f"SELECT coalesce(sum(n), 0)::BIGINT FROM {_VALUES} {where}")

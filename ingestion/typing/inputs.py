"""A delivered column as the typed query finds it. How it becomes a column of the contract is query.py."""

from dataclasses import dataclass

from ingestion.typing.expressions import literal


@dataclass(frozen=True)
class Input:
    """One delivered column: the SQL that reads it from the relation, and its kind.

    Kinds: text, timestamp (naive), timestamptz, list, other (a native type that DuckDB can cast). Texts without a blank
    have left out the end `usual`, which repeats in very many rows.
    """

    sql: str
    kind: str = "text"
    usual: str = ""

    def whole(self) -> "Input":
        """With the usual end."""
        if not self.usual:
            return self
        longer = f"concat({self.sql}, {literal(self.usual)})"
        return Input(f"CASE WHEN contains({self.sql}, ' ') THEN {self.sql} ELSE {longer} END", self.kind)

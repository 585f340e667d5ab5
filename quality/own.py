"""Own expectations: rules that Great Expectations does not have, said once in SQL and once in pandas.

`register` is the public way to add one (docs/how-to/add-an-expectation.md). From then on contracts and suite files use its
type like any other: DuckDB evaluates the SQL; the pandas form is what Great Expectations runs, and what tests hold the SQL
to. Here: the registry. Not here: the ones that come with Tundish (`series_rules`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from quality.sql_rules import Field, RowRule

if TYPE_CHECKING:
    import pandas as pd

Fields: TypeAlias = Mapping[str, Field]
Arguments: TypeAlias = Mapping[str, Any]
References: TypeAlias = Mapping[str, str]
Frames: TypeAlias = Mapping[str, "pd.DataFrame"]


@dataclass(frozen=True, slots=True)
class OwnExpectation:
    """One kind of rule about rows.

    `required` and `optional` name its arguments; columns stand in `column`, `column_A`, `column_B`, `order_by` (a name) and
    `column_list`, `group_by` (lists). `sql` gets the columns by name, the arguments, and other tables as SQL relations by
    name; it raises KeyError, TypeError or ValueError for what it cannot work with, and then the rule has failed. `frame` gets the
    same as pandas values and gives True for each bad row.
    """

    type: str
    required: frozenset[str]
    sql: Callable[[Fields, Arguments, References], RowRule]
    frame: Callable[[pd.DataFrame, Arguments, Frames], pd.Series]
    optional: frozenset[str] = frozenset()

    def check(self, arguments: Arguments) -> None:
        """Raise TypeError for an argument that is missing or not known."""
        missing = sorted(self.required - set(arguments))
        unknown = sorted(set(arguments) - self.required - self.optional - {"mostly"})
        if missing or unknown:
            said = [f"missing {name}" for name in missing] + [f"unknown {name}" for name in unknown]
            raise TypeError(f"arguments of {self.type}: {', '.join(said)}")


_KNOWN: dict[str, OwnExpectation] = {}


def register(own: OwnExpectation) -> OwnExpectation:
    """Make a kind of rule known to all gates. ValueError if its type is taken."""
    if own.type in _KNOWN:
        raise ValueError(f"expectation {own.type} is registered already")
    _KNOWN[own.type] = own
    return own


def find(expectation_type: str) -> OwnExpectation | None:
    """The own expectation of that type."""
    return _KNOWN.get(expectation_type)


def registered() -> tuple[str, ...]:
    """Types of all own expectations."""
    return tuple(_KNOWN)

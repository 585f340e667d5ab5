"""The contract's customProperty `drift`: what may differ from the contract without anybody being asked.

    - property: drift
      value:
        newColumns: evolve               # evolve | ignore | hold
        ignored: [rowguid, steps/*]      # delivered, known, not wanted; of JSON and XML also whole branches
        formerNames: {quantity: [qty]}   # header now: headers that it had before; both forms load
        optional: [note]                 # headers that a file may lack: their columns are null then
        added: [tool]                    # headers that came before the contract knew them: filled from `_extra`
        history: [...]                   # one line per accepted change, written by `tundish source accept`

evolve keeps the values of columns that the contract does not know as text in `_extra` (a JSON object) and reports
them; ignore leaves them out; hold puts the file aside. No file I/O here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

NewColumns: TypeAlias = Literal["evolve", "ignore", "hold"]
NEW_COLUMNS: tuple[NewColumns, ...] = ("evolve", "ignore", "hold")
EXTRA = "_extra"
RELEASED = "_released"
"""Member of `_extra` that a released row carries: the rule it broke, the text delivered, the decision."""
_KEYS = ("newColumns", "ignored", "formerNames", "optional", "added", "history")


@dataclass(frozen=True)
class Drift:
    """See the head of this module. Headers, not column names."""

    new_columns: NewColumns = "evolve"
    ignored: frozenset[str] = frozenset()
    former_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    history: tuple[str, ...] = ()

    def names_of(self, header: str) -> tuple[str, ...]:
        """The header, then the names that it had before."""
        return (header, *self.former_names.get(header, ()))

    def given_as(self, header: str, seen: Iterable[str]) -> str | None:
        """The name under which a file delivers a header, None if it lacks it."""
        names = set(seen)
        return next((name for name in self.names_of(header) if name in names), None)

    def unknown(self, headers: Iterable[str], seen: Iterable[str]) -> tuple[str, ...]:
        """Names in `seen` that are no header of the contract, nor a former or ignored one; blank ones do not count."""
        known = {name for header in headers for name in self.names_of(header)} | self.ignored
        branches = tuple(name.removesuffix("*") for name in self.ignored if name.endswith("/*"))
        return tuple(
            dict.fromkeys(
                name
                for name in seen
                if name.strip() and name not in known and not f"{name}/".startswith(branches)
            )
        )


def drift_policy(raw: Mapping[str, Any]) -> Drift:
    """The policy of a contract; ValueError says what is wrong with it."""
    if unknown := sorted(set(raw) - set(_KEYS)):
        raise ValueError(f"drift: unknown {', '.join(unknown)}; known are {', '.join(_KEYS)}")
    new_columns = raw.get("newColumns", "evolve")
    if new_columns not in NEW_COLUMNS:
        raise ValueError(f"drift: newColumns is {new_columns!r}; use one of {', '.join(NEW_COLUMNS)}")
    former = raw.get("formerNames") or {}
    return Drift(
        new_columns=new_columns,
        ignored=frozenset(map(str, raw.get("ignored") or ())),
        former_names={str(now): tuple(map(str, names)) for now, names in former.items()},
        optional=frozenset(map(str, raw.get("optional") or ())),
        added=frozenset(map(str, raw.get("added") or ())),
        history=tuple(map(str, raw.get("history") or ())),
    )

"""The section `quarantine` of plant.yml: after how many days rows that nobody decided about are given up.

Belongs here: reading and checking the section. Giving rows up is recover.py; by default none is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.errors import PlantError

_KEYS = ("expire_after_days", "decided_by", "tables")


@dataclass(frozen=True)
class QuarantinePolicy:
    """Days by raw table (`tables`), and for all others `expire_after_days`; None: never. `decided_by` answers for it."""

    expire_after_days: int | None = None
    decided_by: str = ""
    tables: Mapping[str, int | None] = field(default_factory=dict)

    def days_of(self, raw_name: str) -> int | None:
        """Days that rows of a raw table wait; None: for ever."""
        return self.tables.get(raw_name, self.expire_after_days)


def read_quarantine_policy(path: Path, section: object) -> QuarantinePolicy:
    """Check the section `quarantine` of the plant file `path`. Raises PlantError with the key and what it takes."""
    if section is None:
        return QuarantinePolicy()
    given = _mapping(path, "quarantine", section)
    unknown = sorted(set(given) - set(_KEYS))
    if unknown:
        raise PlantError(path, f"quarantine: unknown key {unknown[0]!r}.", f"use {', '.join(_KEYS)}.")
    policy = QuarantinePolicy(
        expire_after_days=_days(path, "expire_after_days", given.get("expire_after_days")),
        decided_by=str(given.get("decided_by") or "").strip(),
        tables={
            name: _days(path, f"tables.{name}", days)
            for name, days in _mapping(path, "quarantine.tables", given.get("tables") or {}).items()
        },
    )
    expires = [policy.expire_after_days, *policy.tables.values()] != [None]
    if expires and not policy.decided_by:
        step = "name the person who answers for giving rows up: it goes into the audit log."
        raise PlantError(path, "quarantine: rows expire, but decided_by is empty.", step)
    return policy


def _mapping(path: Path, key: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise PlantError(path, f"{key} is {value!r}.", "write a mapping of keys and values.")
    return {str(name): entry for name, entry in value.items()}


def _days(path: Path, key: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise PlantError(path, f"quarantine: {key} is {value!r}.", "write a whole number of days, 1 or more.")
    return value

"""Parameters of master data in plant.yml: which system is believed first, when names are alike, what survives a merge.

Belongs here: the section `master_data` of plant.yml, its defaults and its checks. How they act stands in dbt_project
(models/intermediate/master, macros/master), what they mean in docs/how-to/master-data.md. What a steward decided is a table
of the plant: master_decisions.csv.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeAlias

from ingestion.errors import PlantError

RULES = ("system_priority", "most_recent", "most_complete")
ATTRIBUTES = {
    "material": ("name", "gtin", "material_type", "material_group", "base_unit", "standard_cost", "is_made_in_house"),
    "supplier": ("name", "tax_no", "postal_code", "city", "rating", "is_preferred", "is_active"),
    "equipment": ("name", "equipment_class", "serial_no", "erp_equipment_code", "equipment_code", "work_centre_code"),
}  # fmt: skip
Survivorship: TypeAlias = str | tuple[str, ...]
_SYSTEM = re.compile(r"[a-z0-9_]+")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class MasterDataParameters:
    """How records of several systems become one thing.

    `system_priority` names systems, the one that is believed first in front. Names score from 0 to 1: from `match_from`
    on two records are one, from `doubt_from` on a person is asked. `words` maps a word of a name to the plant's own,
    `ignored_words` tell nothing. `survivorship` maps <entity>.<attribute> to one of RULES or to systems in their order.
    """

    system_priority: tuple[str, ...] = ()
    match_from: float = 0.95
    doubt_from: float = 0.7
    words: Mapping[str, str] = field(default_factory=dict)
    ignored_words: tuple[str, ...] = ()
    survivorship: Mapping[str, Survivorship] = field(default_factory=dict)


def read_master_data(path: Path, section: object) -> MasterDataParameters:
    """Check the section `master_data` of the plant file `path`. Raises PlantError with the key and what it takes."""
    if section is None:
        return MasterDataParameters()
    given = _mapping(path, "master_data", section)
    known = {each.name for each in fields(MasterDataParameters)}
    for key in given:
        if key not in known:
            raise PlantError(
                path, f"master_data: unknown parameter {key!r}.", f"use one of: {', '.join(sorted(known))}."
            )
    default = MasterDataParameters()
    match_from = _score(path, "match_from", given.get("match_from", default.match_from), above=0.5)
    doubt_from = _score(path, "doubt_from", given.get("doubt_from", default.doubt_from))
    if doubt_from > match_from:
        raise PlantError(
            path, f"master_data: doubt_from {doubt_from} is above match_from {match_from}.", "lower it."
        )
    words = _mapping(path, "words", given.get("words") or {})
    return MasterDataParameters(
        system_priority=_texts(path, "system_priority", given.get("system_priority") or [], _SYSTEM),
        match_from=match_from,
        doubt_from=doubt_from,
        words=dict(
            zip(
                _texts(path, "words", list(words), _WORD),
                (_word(path, "words", own) for own in words.values()),
                strict=True,
            )
        ),
        ignored_words=_texts(path, "ignored_words", given.get("ignored_words") or [], _WORD),
        survivorship={
            key: _survivorship(path, key, rule)
            for key, rule in _mapping(path, "survivorship", given.get("survivorship") or {}).items()
        },
    )


def _mapping(path: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PlantError(path, f"master_data: {key} is not a mapping.", "write keys and values below it.")
    return {str(name): each for name, each in value.items()}


def _score(path: Path, key: str, value: object, above: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= 1:
        raise PlantError(path, f"master_data: {key} is {value!r}.", f"give a number above {above:g} up to 1.")
    return value


def _word(path: Path, key: str, value: object, form: re.Pattern[str] = _WORD) -> str:
    if not form.fullmatch(str(value)):
        raise PlantError(
            path, f"master_data: {key} holds {value!r}.", "write small letters a-z and digits only."
        )
    return str(value)


def _texts(path: Path, key: str, value: object, form: re.Pattern[str]) -> tuple[str, ...]:
    if not isinstance(value, list) or len(set(map(str, value))) != len(value):
        raise PlantError(path, f"master_data: {key} is {value!r}.", "write a list, each entry once.")
    return tuple(_word(path, key, each, form) for each in value)


def _survivorship(path: Path, key: str, rule: object) -> Survivorship:
    entity, _, attribute = key.partition(".")
    if attribute not in ATTRIBUTES.get(entity, ()):
        known = ", ".join(f"{name}.{each}" for name, own in ATTRIBUTES.items() for each in own)
        raise PlantError(
            path, f"master_data: survivorship of unknown attribute {key!r}.", f"use one of: {known}."
        )
    if isinstance(rule, list):
        return _texts(path, f"survivorship of {key}", rule, _SYSTEM)
    if rule not in RULES:
        raise PlantError(
            path, f"master_data: survivorship of {key} is {rule!r}.", f"use a list of systems or one of: {', '.join(RULES)}."
        )  # fmt: skip
    return str(rule)

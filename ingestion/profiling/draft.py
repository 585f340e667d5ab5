"""Draft contracts: what was guessed as an ODCS file that ingestion loads, each guess with its evidence beside it.

Evidence stands in the customProperty `evidence`, which nothing follows from: who has checked a draft may delete it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ingestion.contracts import Column, Contract, load_contract
from ingestion.contracts.column_types import DEFAULT_PARSE, logical_type
from ingestion.contracts.writing import to_yaml
from ingestion.profiling.model import ColumnProfile
from ingestion.profiling.tables import Guessed

OWNER = "unassigned"
_HEADER = "# Draft by `tundish profile`: check it, name owner and purpose, then `tundish new-source`.\n"
_SHOWN = 3


def write_draft(folder: Path, guessed: Guessed) -> Contract:
    """Write <folder>/<table>.contract.yml and load it; the folder's name is the system's."""
    group, profiles, key = guessed.group, guessed.columns, guessed.key
    grain = f"One row per {', '.join(key)}." if key else f"One row per record of {group.name}."
    evidence = [f"sample: {guessed.sampled}", *map(str, guessed.guesses)]
    document = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"{folder.name}.{group.name}",
        "name": group.name.replace("_", " ").capitalize(),
        "version": "0.1.0",
        "status": "draft",
        "domain": "production",
        "description": {"purpose": grain},
        "team": {"name": OWNER},
        "slaProperties": [
            {"property": "frequency", "value": 1, "unit": "d"},
            {"property": "latency", "value": 1, "unit": "d"},
            {"property": "retention", "value": 5, "unit": "y"},
        ],
        "customProperties": _table_extras(guessed, evidence),
        "schema": [
            {
                "name": group.name,
                "physicalName": group.part or group.name,
                "logicalType": "object",
                "physicalType": "file",
                "dataGranularityDescription": grain,
                "properties": [
                    _property(profile, column, place, key)
                    for profile in profiles
                    for place, column in enumerate(profile.columns)
                ],
            }
        ],
    }
    path = folder / f"{group.name}.contract.yml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER + to_yaml(document), encoding="utf-8")
    return load_contract(path)


def _table_extras(guessed: Guessed, evidence: Sequence[str]) -> list[dict[str, Any]]:
    group = guessed.group
    options = {**group.options, **guessed.notation.options}
    extras: dict[str, Any] = {"format": group.format}
    if options:
        extras["formatOptions"] = options
    extras |= {"files": group.files, "loadMode": guessed.load_mode}
    if group.archives:
        extras["archives"] = group.archives
    if group.optional:
        extras["drift"] = {"optional": sorted(group.optional)}
    extras["evidence"] = list(evidence)
    return [{"property": name, "value": value} for name, value in extras.items()]


def _property(profile: ColumnProfile, column: Column, place: int, key: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        **({} if len(column.sources) > 1 else {"physicalName": profile.header}),
        "logicalType": logical_type(column.type),
        "physicalType": column.type,
        "description": _description(profile, column, place),
    }
    if len(column.sources) > 1:
        found["transformSourceObjects"] = list(column.sources)
    if column.name in key:
        found |= {
            "required": True,
            "primaryKey": True,
            "primaryKeyPosition": list(key).index(column.name) + 1,
        }
    if profile.is_personal:
        found |= {"classification": "restricted", "tags": ["personal-data"]}
    extras: dict[str, Any] = {}
    if column.parse != DEFAULT_PARSE[column.type.split("(")[0]]:
        extras["parse"] = column.parse
    extras |= {
        name: value
        for name, value in (
            ("parseFormat", column.parse_format),
            ("unit", column.unit),
            ("nullValues", list(column.null_values)),
            ("values", list(column.values)),
        )
        if value
    }
    if not place:
        extras["evidence"] = [str(guess) for guess in profile.guesses]
    if extras:
        found["customProperties"] = [{"property": name, "value": value} for name, value in extras.items()]
    return found


def _description(profile: ColumnProfile, column: Column, place: int) -> str:
    if len(column.sources) > 1:
        return f"Date and time of {' and '.join(column.sources)} together, UTC."
    if place:
        return f"Text of {profile.header} where it is no number."
    unit = f", in {column.unit}" if column.unit else ""
    shown = "" if profile.is_personal else _examples(profile)
    return f"Delivered as {profile.header}{unit}{shown}."


def _examples(profile: ColumnProfile) -> str:
    texts = [" ".join(text.split())[:30] for text in profile.statistics.examples[:_SHOWN]]
    return f"; e.g. {', '.join(texts)}" if texts else ""

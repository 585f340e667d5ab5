"""Reading contracts: an ODCS 3.1 file becomes a Contract, or a ContractError that names what is wrong."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pydantic
import yaml
from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard, SchemaProperty

from ingestion.contracts.checks import contract_problems
from ingestion.contracts.column_types import DEFAULT_PARSE
from ingestion.contracts.model import Column, Contract, LocalTime
from ingestion.contracts.quality import freshness, quality_rules
from ingestion.contracts.vocabulary import COLUMN_EXTRAS, FORMATS, LOAD_MODES, PARSES, TABLE_EXTRAS
from ingestion.drift.policy import Drift, drift_policy
from ingestion.errors import ContractError

SOURCES = Path(__file__).resolve().parents[1] / "sources"


def load_contracts(systems: Iterable[str] | None = None) -> list[Contract]:
    """All contracts in sources/, or those of `systems`, ordered by system and table. A system without folder has none."""
    chosen = (
        sorted(folder.name for folder in SOURCES.iterdir() if folder.is_dir())
        if systems is None
        else list(systems)
    )
    return [
        load_contract(path) for system in chosen for path in sorted((SOURCES / system).glob("*.contract.yml"))
    ]


@lru_cache(maxsize=1024)
def _load_cached(path: Path, mtime_ns: int) -> Contract:
    return _build(path, _odcs(path))


def load_contract(path: Path) -> Contract:
    """Read and check one contract file; ContractError names what is wrong."""
    try:
        mtime_ns = path.stat().st_mtime_ns
    except FileNotFoundError as error:
        raise ContractError(path, "there is no such file.", "check the name of the contract.") from error
    return _load_cached(path, mtime_ns)


def _odcs(path: Path) -> OpenDataContractStandard:
    try:
        return OpenDataContractStandard(**yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, TypeError) as error:
        raise ContractError(path, f"not a YAML mapping: {error}.", "mend the file.") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ContractError(
            path, f"no valid ODCS 3.1 at {place}: {first['msg']}.", "mend that entry."
        ) from error


def _build(path: Path, odcs: OpenDataContractStandard) -> Contract:
    system, _, table = (odcs.id or "").partition(".")
    expected = f"{path.parent.name}.{path.name.removesuffix('.contract.yml')}"
    if odcs.id != expected:
        raise ContractError(path, f"id is {odcs.id!r}.", f"by its place the id must be {expected!r}.")
    if not odcs.schema_ or len(odcs.schema_) != 1 or odcs.schema_[0].name != table:
        raise ContractError(
            path, "there must be one schema object named as the table.", f"name it {table!r}."
        )
    extras = _extras(path, odcs.customProperties, TABLE_EXTRAS, "contract")
    contract = Contract(
        system=system,
        table=table,
        version=odcs.version or "",
        owner=getattr(odcs.team, "name", None) or "",
        domain=odcs.domain or "",
        description=((odcs.description and odcs.description.purpose) or "").strip(),
        columns=tuple(_column(path, prop) for prop in odcs.schema_[0].properties or []),
        format=_one_of(path, "format", extras.get("format"), FORMATS),
        files=str(extras.get("files") or ""),
        archives=str(extras.get("archives") or ""),
        load_mode=_one_of(path, "loadMode", extras.get("loadMode", "append"), LOAD_MODES),
        format_options=extras.get("formatOptions") or {},
        local_time=_local_time(extras.get("localTime") or {}),
        extract=extras.get("extract"),
        max_quarantined_pct=float(extras.get("maxQuarantinedPct", 5.0)),
        min_quarantined_rows=int(extras.get("minQuarantinedRows", 3)),
        drift=_drift(path, extras.get("drift") or {}),
        sla={
            str(item.property): f"{item.value} {item.unit or ''}".strip() for item in odcs.slaProperties or []
        },
        quality=quality_rules(path, odcs),
        freshness=freshness(path, odcs),
        path=path,
    )
    _check(path, contract)
    return contract


def _column(path: Path, prop: SchemaProperty) -> Column:
    where = f"property {prop.name}"
    extras = _extras(path, prop.customProperties, COLUMN_EXTRAS, where)
    base = re.sub(r"\(.*\)", "", prop.physicalType or "")
    if base not in DEFAULT_PARSE:
        raise ContractError(
            path, f"{where}: physicalType {prop.physicalType!r}.", f"use {', '.join(DEFAULT_PARSE)}."
        )
    options = prop.logicalTypeOptions or {}
    return Column(
        name=prop.name or "",
        sources=tuple(prop.transformSourceObjects or [prop.physicalName or prop.name or ""]),
        type=prop.physicalType or "",
        parse=_one_of(path, f"{where}: parse", extras.get("parse", DEFAULT_PARSE[base]), PARSES),
        description=(prop.description or "").strip(),
        required=bool(prop.required),
        unique=bool(prop.unique),
        key_position=(prop.primaryKeyPosition or 1) if prop.primaryKey else None,
        enum=tuple(str(entry.value) for entry in prop.enum or []),
        pattern=options.get("pattern"),
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        max_length=options.get("maxLength"),
        parse_format=extras.get("parseFormat"),
        unit=extras.get("unit"),
        null_values=tuple(str(value) for value in extras.get("nullValues") or []),
        values=tuple(str(value) for value in extras.get("values") or []),
        partitioned=bool(prop.partitioned),
        example=str((prop.examples or [""])[0]),
    )


def _extras(path: Path, items: list[CustomProperty] | None, known: set[str], where: str) -> dict[str, Any]:
    extras = {str(item.property): item.value for item in items or []}
    if unknown := sorted(set(extras) - known):
        raise ContractError(
            path, f"{where}: unknown customProperties {unknown}.", f"use {', '.join(sorted(known))}."
        )
    return extras


def _one_of(path: Path, what: str, value: object, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise ContractError(path, f"{what} is {value!r}.", f"use one of: {', '.join(allowed)}.")
    return value


def _local_time(raw: Mapping[str, Any]) -> LocalTime:
    order = raw.get("order", "file")
    columns = () if order == "file" else tuple(str(name) for name in order)
    return LocalTime(order=columns, disorder_tolerance_s=float(raw.get("disorderToleranceS", 0)))


def _drift(path: Path, raw: Mapping[str, Any]) -> Drift:
    try:
        return drift_policy(raw)
    except ValueError as error:
        raise ContractError(path, f"{error}.", "mend the contract.") from error


def _check(path: Path, contract: Contract) -> None:
    for problem in contract_problems(contract):
        raise ContractError(path, problem, "mend the contract.")

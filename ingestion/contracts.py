"""Contracts: what a delivered table looks like, and everything that follows from it.

A contract is an ODCS 3.1 file, sources/<system>/<table>.contract.yml, in the dialect of this module: our few extras
stand in customProperties (see PARSES and the _TABLE_EXTRAS / _COLUMN_EXTRAS below). Frozen value objects come out.
Belongs here: loading, checking, names and Arrow schema derived from a contract. Reading files: formats/; typing and
rules as SQL: typing_sql.py; judging batches: quality.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pyarrow as pa
import pydantic
import yaml
from open_data_contract_standard.model import CustomProperty, OpenDataContractStandard, SchemaProperty

from ingestion.column_types import DEFAULT_PARSE, arrow_type
from ingestion.contract_checks import contract_problems
from ingestion.drift.policy import EXTRA, Drift, drift_policy
from ingestion.errors import ContractError

SOURCES = Path(__file__).resolve().parent / "sources"
RECORDINGS = ("waveform", "tdms", "mdf4", "hdf5", "matlab", "wav")
FORMATS = (
    "delimited",
    "fixed_width",
    "pipe_table",
    "jsonl",
    "json",
    "xml",
    "nodeset",
    "excel",
    "parquet",
    "line_protocol",
    "annotated_csv",
    "pi_web_api",
    "ignition",
    "proficy",
    *RECORDINGS,
)
LOAD_MODES = ("append", "upsert", "snapshot")
PARSES = (
    "text",
    "integer",
    "decimal",
    "boolean",
    "date",
    "dats",
    "tims",
    "local_timestamp",
    "utc_timestamp",
    "number_else_null",
    "text_else_null",
    "utc_date_of",
    "list",
    "epoch",
    "nanoseconds",
    "reading_value",
    "reading_text",
    "status_of",
    "substituted_of",
    "questionable_of",
    "clamped_of",
    "absent",
)
CODE_PARSES = ("status_of", "substituted_of", "questionable_of", "clamped_of")
_WITHOUT_HEADER = ("utc_date_of", "absent")
_TABLE_EXTRAS = {
    "format",
    "formatOptions",
    "files",
    "archives",
    "loadMode",
    "localTime",
    "maxQuarantinedPct",
    "minQuarantinedRows",
    "extract",
    "drift",
}
_COLUMN_EXTRAS = {"parse", "parseFormat", "unit", "nullValues", "values"}

LoadMode: TypeAlias = Literal["append", "upsert", "snapshot"]
Format: TypeAlias = str  # one of FORMATS

TECHNICAL_FIELDS = (
    pa.field("_source_file", pa.string(), nullable=False),
    pa.field("_source_row", pa.int64(), nullable=False),
    pa.field("_batch_id", pa.string(), nullable=False),
    pa.field("_ingested_at", pa.timestamp("us", tz="UTC"), nullable=False),
    pa.field(EXTRA, pa.string()),
)


@dataclass(frozen=True)
class Column:
    """One raw column. `type` is a DuckDB type; `sources` are the headers it is read from, in order.

    A column parsed as utc_date_of has no header: its one source is the name of a contract column. One parsed as
    absent has none either: the system does not deliver it, it is always NULL.
    """

    name: str
    sources: tuple[str, ...]
    type: str
    parse: str
    description: str = ""
    required: bool = False
    unique: bool = False
    key_position: int | None = None
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    parse_format: str | None = None
    unit: str | None = None
    null_values: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    partitioned: bool = False

    @property
    def arrow_type(self) -> pa.DataType:
        """Arrow type of `type`; timestamps are UTC microseconds."""
        return arrow_type(self.type)


@dataclass(frozen=True)
class LocalTime:
    """How rows in the repeated hour are told apart.

    `order` empty: by the order in the file. Else by these columns: the last one gives the order, those before it
    name the sequence (e.g. machine, event_id: by event_id within each machine). Steps back of up to
    `disorder_tolerance_s` seconds are no sign of the clock change.
    """

    order: tuple[str, ...] = ()
    disorder_tolerance_s: float = 0.0


@dataclass(frozen=True)
class Contract:
    """One delivered table. Build it with load_contract. `extract`: how a connector fetches it, see connectors/."""

    system: str
    table: str
    version: str
    owner: str
    domain: str
    description: str
    columns: tuple[Column, ...]
    format: Format
    files: str
    archives: str = ""
    load_mode: LoadMode = "append"
    format_options: Mapping[str, Any] = field(default_factory=dict)
    local_time: LocalTime = LocalTime()
    extract: Mapping[str, Any] | None = None
    max_quarantined_pct: float = 5.0
    min_quarantined_rows: int = 3
    drift: Drift = field(default_factory=Drift)
    sla: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None

    @property
    def raw_name(self) -> str:
        """Name of the Delta folder and of the view in schema raw, e.g. sap_ecc__afru."""
        return f"{self.system}__{self.table}"

    @property
    def asset_key(self) -> tuple[str, str, str]:
        """Key of the raw asset, e.g. ("raw", "sap_ecc", "afru")."""
        return ("raw", self.system, self.table)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns in the order of primaryKeyPosition."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def partition_by(self) -> tuple[str, ...]:
        """Names of the Delta partition columns."""
        return tuple(column.name for column in self.columns if column.partitioned)

    @property
    def headers(self) -> tuple[str, ...]:
        """Headers that a file must have, in the order of their first use."""
        needed = (
            source
            for column in self.columns
            if column.parse not in _WITHOUT_HEADER
            for source in column.sources
        )
        return tuple(dict.fromkeys(needed))

    @property
    def arrow_schema(self) -> pa.Schema:
        """Schema of the raw table: the contract's columns, then the technical ones."""
        return pa.schema(
            [pa.field(column.name, column.arrow_type) for column in self.columns] + [*TECHNICAL_FIELDS]
        )

    def too_many_bad(self, bad: int, read: int) -> bool:
        """True if so many of a file's rows are bad that all of it is held.

        A few bad rows (fewer than minQuarantinedRows) of a tiny file that is mostly good are quarantined alone, unless
        the contract allows none.
        """
        if not bad or 100.0 * bad / read <= self.max_quarantined_pct:
            return False
        return bad >= self.min_quarantined_rows or 2 * bad >= read or self.max_quarantined_pct == 0

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        return next(column for column in self.columns if column.name == name)


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
    extras = _extras(path, odcs.customProperties, _TABLE_EXTRAS, "contract")
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
        path=path,
    )
    _check(path, contract)
    return contract


def _column(path: Path, prop: SchemaProperty) -> Column:
    where = f"property {prop.name}"
    extras = _extras(path, prop.customProperties, _COLUMN_EXTRAS, where)
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

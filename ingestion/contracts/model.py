"""Contracts as frozen value objects, and the names and the Arrow schema that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from ingestion.contracts.column_types import arrow_type
from ingestion.contracts.quality import Freshness, QualityRule
from ingestion.contracts.vocabulary import WITHOUT_HEADER, Format, LoadMode
from ingestion.drift.policy import EXTRA, Drift

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
    example: str = ""

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
    quality: tuple[QualityRule, ...] = ()
    freshness: Freshness | None = None
    path: Path | None = None

    @property
    def raw_name(self) -> str:
        """Name of the Delta folder and of the view in schema raw, e.g. sap_ecc__afru."""
        return f"{self.system}__{self.table}"

    @property
    def asset_key(self) -> tuple[str, str, str]:
        """Key of the raw asset, e.g. ("raw", "sap_ecc", "afru")."""
        return ("raw", self.system, self.table)

    @cached_property
    def key(self) -> tuple[str, ...]:
        """Names of the key columns in the order of primaryKeyPosition."""
        keyed = [column for column in self.columns if column.key_position is not None]
        return tuple(column.name for column in sorted(keyed, key=lambda column: column.key_position or 0))

    @property
    def partition_by(self) -> tuple[str, ...]:
        """Names of the Delta partition columns."""
        return tuple(column.name for column in self.columns if column.partitioned)

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """Headers that a file must have, in the order of their first use."""
        needed = (
            source
            for column in self.columns
            if column.parse not in WITHOUT_HEADER
            for source in column.sources
        )
        return tuple(dict.fromkeys(needed))

    @cached_property
    def arrow_schema(self) -> pa.Schema:
        """Schema of the raw table: the contract's columns, then the technical ones."""
        return pa.schema(
            [pa.field(column.name, column.arrow_type) for column in self.columns] + [*TECHNICAL_FIELDS]
        )

    def for_file(self, name: str) -> "Contract":
        """The contract as a file of that name is read: a table of delimited files may come as Parquet too."""
        is_parquet = ".parquet" in PurePosixPath(name.lower()).suffixes[-2:]
        return replace(self, format="parquet") if is_parquet and self.format == "delimited" else self

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

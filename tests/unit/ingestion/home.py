"""A tiny plant with one source in a temporary home, for the tests of ingestion."""

import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingestion.batch import BatchGate, TableLoad
from ingestion.contracts import Contract, load_contract
from ingestion.lake.quarantine import QuarantinedRow, list_quarantine
from ingestion.lake.read import create_raw_views, pin_tables
from ingestion.load import load_table
from ingestion.plant import Plant, Site, Source
from ingestion.settings import Settings

SITE = Site("1000", "Test", "Europe/Berlin", "EUR", "DE")


def column(name: str, kind: str = "VARCHAR", /, **given: Any) -> dict[str, Any]:
    """One ODCS property; parse, parseFormat, nullValues, values and unit become customProperties."""
    extras = {
        key: given.pop(key)
        for key in ("parse", "parseFormat", "nullValues", "values", "unit")
        if key in given
    }
    key_position = given.pop("key", None)
    if key_position:
        given |= {"primaryKey": True, "primaryKeyPosition": key_position}
    if "enum" in given:
        given["enum"] = [{"value": value} for value in given["enum"]]
    custom = [{"property": key, "value": value} for key, value in extras.items()]
    return {"name": name, "physicalType": kind, "logicalType": "string", "customProperties": custom, **given}


def write_contract(
    folder: Path, system: str, table: str, columns: Sequence[Mapping[str, Any]], **extras: Any
) -> Contract:
    """A contract file in <folder>/<system>, loaded."""
    version = extras.pop("version", "1.0.0")
    quality, sla = extras.pop("quality", []), extras.pop("sla", [])
    settings = {"format": "delimited", "files": f"{table}*", **extras}
    odcs = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"{system}.{table}",
        "version": version,
        "status": "active",
        "description": {"purpose": "One row per test."},
        "customProperties": [{"property": key, "value": value} for key, value in settings.items()],
        "slaProperties": sla,
        "schema": [
            {
                "name": table,
                "physicalName": table,
                "properties": [dict(item) for item in columns],
                "quality": quality,
            }
        ],
    }
    path = folder / system / f"{table}.contract.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(odcs, sort_keys=False))
    return load_contract(path)


def pseudonym_of(number: str, key: bytes) -> str | None:
    """The oracle of pseudonyms: HMAC-SHA-256 of a number without leading zeros; none for nobody."""
    number = number.strip()
    number = number.lstrip("0") if number.isascii() and number.isdigit() else number
    return hmac.new(key, number.encode(), "sha256").hexdigest()[:24] if number else None


@dataclass
class Home:
    """A home with one system `sys` that delivers into <root>/in."""

    root: Path
    zone: str = "Europe/Berlin"
    clock: int = field(default=1_700_000_000)

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.root / "home", settle_seconds=0)
        self.inbox = self.root / "in"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.source = Source("sys", self.inbox, "1000", self.zone)
        self.plant = Plant("test", "Test", self.root, (SITE,), (self.source,))

    def contract(self, columns: Sequence[Mapping[str, Any]], table: str = "t", **extras: Any) -> Contract:
        return write_contract(self.root / "contracts", "sys", table, columns, **extras)

    def deliver(self, name: str, content: str | bytes, at: int | None = None) -> Path:
        """Write a file; each delivery is a second later than the one before."""
        path = self.inbox / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.clock += 1
        os.utime(path, (at or self.clock, at or self.clock))
        return path

    def load(self, contract: Contract, gate: BatchGate | None = None) -> TableLoad:
        return load_table(contract, self.source, self.plant, self.settings, batch_gate=gate)

    def rows(
        self,
        contract: Contract,
        columns: str,
        *,
        history: bool = False,
        order: str = "_ingested_at, _source_row",
    ) -> list[Any]:
        """Rows of the raw view, through a warehouse file as dbt sees it."""
        warehouse = self.root / "warehouse.duckdb"
        create_raw_views(warehouse, [contract], pin_tables([contract], self.settings))
        view = f"raw.{contract.raw_name}{'__history' if history else ''}"
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(f"SELECT {columns} FROM {view} ORDER BY {order}").fetchall()

    def pseudonym(self, number: str) -> str | None:
        """What a number becomes under the key that the home made for itself."""
        return pseudonym_of(number, self.settings.pseudonym_key_path.read_bytes())

    def quarantine(self, contract: Contract) -> list[QuarantinedRow]:
        return list_quarantine(self.settings, contract.raw_name)

"""Exports of historians, delivered to a home under the contract that ships with them."""

from pathlib import Path
from typing import Any

import yaml

from ingestion.contracts import SOURCES, Contract, load_contract
from tests.unit.ingestion.home import Home

READING = "signal, reading_at, value, value_text, status"


def shipped(system: str) -> Contract:
    """The contract of <system>.readings."""
    return load_contract(SOURCES / system / "readings.contract.yml")


def with_options(home: Home, contract: Contract, **options: Any) -> Contract:
    """The contract with other formatOptions."""
    return _changed(home, contract, {"formatOptions": {**contract.format_options, **options}})


def lenient(home: Home, contract: Contract) -> Contract:
    """The contract, but any share of rows may be put aside."""
    return _changed(home, contract, {"maxQuarantinedPct": 100})


def _changed(home: Home, contract: Contract, extras: dict[str, Any]) -> Contract:
    document = yaml.safe_load((contract.path or Path()).read_text(encoding="utf-8"))
    kept = [entry for entry in document["customProperties"] if entry["property"] not in extras]
    document["customProperties"] = kept + [{"property": key, "value": value} for key, value in extras.items()]
    path = home.root / "contracts" / contract.system / "readings.contract.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return load_contract(path)

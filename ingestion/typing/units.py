"""Columns that a contract derives from a unit: what it measures, its factor and its offset to base units.

Belongs here: the parses unit_dimension, unit_factor and unit_offset over the texts of a batch, each distinct text once. What a
unit is stands in signals/units.py. A row whose text names no unit is put aside under the rule `unit:<column>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingestion.contracts import UNIT_PARSES, Column, Contract
from ingestion.signals.units import UNIT_EXAMPLES, Scale, UnitError, scale_of
from ingestion.typing.rules import Rule

_TYPES = {"dimension": pa.string(), "factor": pa.float64(), "offset": pa.float64()}


@dataclass(frozen=True)
class Derived:
    """Columns by name, and which rows name no unit."""

    columns: Mapping[str, pa.Array]
    unknown: npt.NDArray[np.bool_]


def unit_columns(contract: Contract) -> dict[str, list[Column]]:
    """The columns that the contract derives from units, by the column that holds the unit."""
    found: dict[str, list[Column]] = {}
    for column in contract.columns:
        if column.parse in UNIT_PARSES:
            found.setdefault(column.sources[0], []).append(column)
    return found


def unit_rule(source: str) -> Rule:
    """The rule that a column names a unit."""
    return Rule(f"unit:{source}", source, UNIT_EXAMPLES)


def derived(texts: pa.Array, columns: list[Column]) -> Derived:
    """The columns for the units `texts`; a null has a null scale and is no unknown unit."""
    encoded = texts.dictionary_encode()
    scales = [_scale(text) for text in encoded.dictionary.to_pylist()]
    places = encoded.indices
    found = {}
    for column in columns:
        part = column.parse.removeprefix("unit_")
        values = pa.array([scale and getattr(scale, part) for scale in scales], _TYPES[part])
        found[column.name] = values.take(places)
    unknown = np.array([scale is None for scale in scales] or [False])
    return Derived(found, unknown[np.asarray(places.fill_null(0))] & np.asarray(places.is_valid()))


def _scale(text: str) -> Scale | None:
    try:
        return scale_of(text.strip())
    except UnitError:
        return None

"""One metric on the wire becomes the leaf values that are stored: itself, or the parts of a data set or template.

Rules: a data set gives one value per cell, named <metric>[<row from 0>]/<column>; a template instance gives one per
member and parameter, named <metric>/<member>, at any depth; a template definition holds types and no values, so it
gives none. A metric is taken whole or not at all: the first part that cannot be read is a WireError.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ingestion.connectors.mqtt.datatypes import DataType, Value, WireError, data_type, scalar

KindOf = Callable[[str], DataType | None]


class Leaf(NamedTuple):
    """One value: its name, type, the value (None: null) and the metrics that tell its time, innermost first."""

    name: str
    kind: DataType
    value: Value | None
    metrics: tuple[Any, ...]


def leaves(
    metric: Any, name: str, kind: DataType, kind_of: KindOf, outer: tuple[Any, ...] = ()
) -> Iterator[Leaf]:
    """The values of a metric; `kind_of` knows types of members by full name from the birth."""
    chain = (metric, *outer)
    field = metric.WhichOneof("value")
    if metric.is_null:
        yield Leaf(name, kind, None, chain)
    elif kind is DataType.DataSet:
        yield from _cells(_expect(metric, field, "dataset_value", kind), name, chain)
    elif kind is DataType.Template:
        yield from _members(_expect(metric, field, "template_value", kind), name, chain, kind_of)
    else:
        yield Leaf(name, kind, scalar(kind, field, getattr(metric, field) if field else None), chain)


def _expect(metric: Any, field: str | None, expected: str, kind: DataType) -> Any:
    if field != expected:
        raise WireError(f"a value in {field} is no {kind.name}" if field else f"no value of type {kind.name}")
    return getattr(metric, expected)


def _cells(data_set: Any, name: str, chain: tuple[Any, ...]) -> Iterator[Leaf]:
    columns, kinds = list(data_set.columns), [data_type(code) for code in data_set.types]
    if len(columns) != len(kinds):
        raise WireError(f"a data set of {len(columns)} columns has {len(kinds)} types")
    if not data_set.rows:
        yield Leaf(name, DataType.DataSet, Value(None, "[]"), chain)
    for index, row in enumerate(data_set.rows):
        if len(row.elements) != len(columns):
            raise WireError(f"row {index} of a data set has {len(row.elements)} of {len(columns)} elements")
        for column, kind, element in zip(columns, kinds, row.elements, strict=True):
            field = element.WhichOneof("value")
            value = scalar(kind, field, getattr(element, field)) if field else None
            yield Leaf(f"{name}[{index}]/{column}", kind, value, chain)


def _members(template: Any, name: str, chain: tuple[Any, ...], kind_of: KindOf) -> Iterator[Leaf]:
    if template.is_definition:
        return
    for parameter in template.parameters:
        kind, field = data_type(parameter.type), parameter.WhichOneof("value")
        value = scalar(kind, field, getattr(parameter, field)) if field else None
        yield Leaf(f"{name}/{parameter.name}", kind, value, chain)
    for member in template.metrics:
        if not member.name:
            raise WireError("a member of a template has no name")
        full = f"{name}/{member.name}"
        kind_or_none = data_type(member.datatype) if member.HasField("datatype") else kind_of(full)
        if kind_or_none is None:
            raise WireError(f"member {full} of a template has no data type")
        yield from leaves(member, full, kind_or_none, kind_of, chain)

"""What a birth tells: names, types, aliases and units of the metrics of an edge node or a device.

Belongs here: definitions and looking them up. Nothing is guessed: an alias that a birth gives to two metrics means
neither of them. Not here: when a birth counts (node.py).
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingestion.connectors.mqtt.datatypes import DataType, WireError, data_type
from ingestion.connectors.mqtt.quality import unit

BDSEQ = "bdSeq"
REBIRTH = "Node Control/Rebirth"
PROTOCOL_METRICS = (BDSEQ, REBIRTH)


class Definition(NamedTuple):
    """One metric as its birth tells it."""

    name: str
    kind: DataType
    uom: str | None


@dataclass
class Scope:
    """The metrics of one edge node or one device since its birth.

    `signals` are the names of all values that came out, with type: they turn bad when the device dies.
    """

    names: dict[str, Definition] = field(default_factory=dict)
    aliases: dict[int, str] = field(default_factory=dict)
    ambiguous: set[int] = field(default_factory=set)
    signals: dict[str, str] = field(default_factory=dict)

    def define(self, metric: Any) -> Definition:
        """Take in a metric of a birth; WireError if it has no name or type."""
        if not metric.name:
            raise WireError("a metric of a birth has no name")
        if not metric.HasField("datatype"):
            raise WireError(f"metric {metric.name!r} of a birth has no data type")
        definition = Definition(metric.name, data_type(metric.datatype), unit(metric))
        self.names[metric.name] = definition
        if metric.HasField("alias") and metric.name not in PROTOCOL_METRICS:
            holder = self.aliases.setdefault(metric.alias, metric.name)
            if holder != metric.name:
                self.ambiguous.add(metric.alias)
        return definition

    def find(self, metric: Any) -> tuple[Definition, bool]:
        """The definition of a metric of a data message, and whether a birth told it; WireError if nobody did."""
        name = self._name(metric)
        known = self.names.get(name)
        told = data_type(metric.datatype) if metric.HasField("datatype") else None
        if known is not None:
            if told is not None and told is not known.kind:
                raise WireError(f"metric {name!r} is {told.name}, its birth says {known.kind.name}")
            return known, True
        if told is None:
            raise WireError(f"metric {name!r} has no data type and was in no birth")
        return Definition(name, told, unit(metric)), False

    def kind_of(self, name: str) -> DataType | None:
        """The type of a metric or of a template's member, by its full name."""
        if name in self.names:
            return self.names[name].kind
        return DataType[self.signals[name]] if name in self.signals else None

    def state(self) -> dict[str, Any]:
        """As JSON."""
        by_name = {name: alias for alias, name in self.aliases.items()}
        return {
            "metrics": [[*definition, by_name.get(name)] for name, definition in self.names.items()],
            "ambiguous": sorted(self.ambiguous),
            "signals": self.signals,
        }

    @staticmethod
    def restored(state: dict[str, Any]) -> "Scope":
        """The scope that gave this state."""
        scope = Scope(ambiguous=set(state["ambiguous"]), signals=dict(state["signals"]))
        for name, kind, uom, alias in state["metrics"]:
            scope.names[name] = Definition(name, DataType(kind), uom)
            if alias is not None:
                scope.aliases[alias] = name
        return scope

    def _name(self, metric: Any) -> str:
        if not metric.HasField("alias"):
            if not metric.name:
                raise WireError("a metric has neither name nor alias")
            return str(metric.name)
        if metric.alias in self.ambiguous:
            raise WireError(f"alias {metric.alias} stands for two metrics of the birth")
        name = self.aliases.get(metric.alias) or metric.name
        if not name:
            raise WireError(f"alias {metric.alias} is unknown: no birth tells its name")
        if metric.name and metric.name != name:
            raise WireError(
                f"alias {metric.alias} is {name!r} by its birth, the message says {metric.name!r}"
            )
        return str(name)

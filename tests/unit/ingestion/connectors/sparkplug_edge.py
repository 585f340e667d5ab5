"""An edge node as a model: what it publishes, and which readings that must become. Written against the specification.

Aliases are dealt anew at every birth, so that a reader that goes on with an old alias is found out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tests.unit.ingestion.connectors import sparkplug_wire as wire

Expected = tuple[str, int, float | None]  # signal, milliseconds since 1970, value


@dataclass(frozen=True)
class Published:
    topic: str
    payload: bytes
    readings: tuple[Expected, ...]
    is_node_birth: bool = False


@dataclass
class Edge:
    """Group G, one edge node, devices D0, D1 ...; all metrics are Int16."""

    name: str = "E"
    devices: int = 2
    metrics: int = 3
    random: Random = field(default_factory=lambda: Random(0))
    now_ms: int = 1_700_000_000_000
    session: int = -1
    seq: int = 0
    aliases: dict[tuple[str, str], int] = field(default_factory=dict)

    def node_birth(self, *, new_session: bool = True) -> Iterator[Published]:
        """NBIRTH, then DBIRTH of every device."""
        self.session += new_session
        self.seq = 0
        scopes = ["", *(f"D{index}" for index in range(self.devices))]
        keys = [(scope, f"m{index}") for scope in scopes for index in range(self.metrics)]
        numbers = self.random.sample(range(1000), len(keys))
        self.aliases = dict(zip(keys, numbers, strict=True))
        rebirth = wire.metric("Node Control/Rebirth", ("boolean_value", 0), kind=11, alias=2000)
        extra = [wire.bd_seq(self.session), rebirth]
        yield self._message("NBIRTH", "", self._born(""), extra)
        for device in scopes[1:]:
            yield self._message("DBIRTH", device, self._born(device))

    def data(self, device: str = "", stored_at: int | None = None) -> Published:
        """A change of one or two metrics, by alias only; with a time: stored then and forwarded now."""
        chosen = self.random.sample(range(self.metrics), self.random.randint(1, 2))
        kind, names = "DDATA" if device else "NDATA", [(f"m{index}", False) for index in chosen]
        return self._message(kind, device, names, stored_at=stored_at)

    def any_data(self) -> Published:
        """A change at the node or one of its devices."""
        index = self.random.randint(0, self.devices)
        return self.data(f"D{index - 1}" if index else "")

    def device_death(self, device: str) -> Published:
        """DDEATH: every metric of the device without a value."""
        self._tick()
        signals = [key for key in self.aliases if key[0] == device]
        readings = tuple((self._signal(*key), self.now_ms, None) for key in signals)
        payload = wire.payload([], seq=self._next(), at=self.now_ms)
        return Published(f"spBv1.0/G/DDEATH/{self.name}/{device}", payload, readings)

    def will(self, session: int | None = None) -> Published:
        """NDEATH as the broker sends it; it carries no sequence number."""
        number = self.session if session is None else session
        return Published(f"spBv1.0/G/NDEATH/{self.name}", wire.payload([wire.bd_seq(number)], at=None), ())

    def signals(self) -> list[str]:
        """All signals of the present birth."""
        return [self._signal(*key) for key in self.aliases]

    def _born(self, scope: str) -> list[tuple[str, bool]]:
        return [(name, True) for of, name in self.aliases if of == scope]

    def _message(
        self,
        kind: str,
        device: str,
        chosen: list[tuple[str, bool]],
        extra: list[bytes] | None = None,
        stored_at: int | None = None,
    ) -> Published:
        self._tick()
        at = stored_at or self.now_ms
        metrics, readings = list(extra or []), []
        for name, is_birth in chosen:
            number = self.random.randint(-(2**15), 2**15 - 1)
            metrics.append(
                wire.metric(
                    name if is_birth else None,
                    ("int_value", number & 0xFFFF),
                    alias=self.aliases[device, name],
                    kind=2 if is_birth else None,
                    at=at,
                    historical=stored_at is not None,
                )
            )
            readings.append((self._signal(device, name), at, float(number)))
        payload = wire.payload(metrics, seq=self._next(), at=self.now_ms)
        topic = f"spBv1.0/G/{kind}/{self.name}" + (f"/{device}" if device else "")
        return Published(topic, payload, tuple(readings), kind == "NBIRTH")

    def _signal(self, device: str, name: str) -> str:
        return f"G/{self.name}/{device}:{name}" if device else f"G/{self.name}:{name}"

    def _next(self) -> int:
        seq, self.seq = self.seq, (self.seq + 1) % 256
        return seq

    def _tick(self) -> None:
        self.now_ms += self.random.randint(1, 50)

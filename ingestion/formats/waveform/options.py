"""formatOptions of contracts over recordings, read and checked when the reader is made.

- `rows`: what a row is: `snapshot` (one per channel and file, the default), `chunk` or `sample`
- `chunkSamples`: samples of a chunk, 65536 unless told; all contracts over the same files should say the same
- `channels`: patterns such as `Vibration/*`, matched against `<group>/<channel>`; others are left out
- `sampleRateHz`: where the file says nothing
- `startInName`, `startFormat`: a regular expression that finds the start in the file's name, and its strptime format
  (plant-local time); used where the file says nothing
- `fullScale`, `unit`: of WAV: the value that a full-scale sample stands for, and its unit
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias, get_args

from ingestion.contracts import Contract
from ingestion.errors import ContractError

Grain: TypeAlias = Literal["snapshot", "chunk", "sample"]
KNOWN = (
    "rows",
    "chunkSamples",
    "channels",
    "sampleRateHz",
    "startInName",
    "startFormat",
    "fullScale",
    "unit",
)
_MOST_SAMPLES = 4 * 2**20


@dataclass(frozen=True)
class WaveformOptions:
    """The options, checked."""

    rows: Grain = "snapshot"
    chunk_samples: int = 65_536
    channels: tuple[str, ...] = ()
    rate_hz: float | None = None
    start_in_name: str | None = None
    start_format: str | None = None
    full_scale: float = 1.0
    unit: str | None = None

    def wants(self, group: str, channel: str) -> bool:
        """True if no pattern is given or one matches `<group>/<channel>`."""
        name = f"{group}/{channel}"
        return not self.channels or any(fnmatchcase(name, pattern) for pattern in self.channels)


def waveform_options(contract: Contract) -> WaveformOptions:
    """The contract's options; ContractError names what is wrong and what is allowed."""
    given = contract.format_options
    place = contract.path or contract.raw_name
    try:
        options = _built(given)
    except (TypeError, ValueError, re.error) as error:
        raise ContractError(place, f"formatOptions: {error}.", "see docs/how-to/sensor-files.md.") from error
    return options


def _built(given: Mapping[str, Any]) -> WaveformOptions:
    if unknown := sorted(set(given) - set(KNOWN)):
        raise ValueError(f"unknown {', '.join(unknown)}; known are {', '.join(KNOWN)}")
    rows = given.get("rows", "snapshot")
    if rows not in get_args(Grain):
        raise ValueError(f"rows is {rows!r}, use one of {', '.join(get_args(Grain))}")
    if ("startInName" in given) != ("startFormat" in given):
        raise ValueError("startInName and startFormat belong together")
    size = int(given.get("chunkSamples", 65_536))
    if not 1 <= size <= _MOST_SAMPLES:
        raise ValueError(f"chunkSamples is {size}, use 1 to {_MOST_SAMPLES}")
    rate = float(given["sampleRateHz"]) if "sampleRateHz" in given else None
    if rate is not None and not rate > 0:
        raise ValueError(f"sampleRateHz is {rate:g}, it must be above 0")
    return WaveformOptions(
        rows=rows,
        chunk_samples=size,
        channels=tuple(str(pattern) for pattern in given.get("channels") or ()),
        rate_hz=rate,
        start_in_name=_pattern(given.get("startInName")),
        start_format=given.get("startFormat"),
        full_scale=float(given.get("fullScale", 1.0)),
        unit=given.get("unit"),
    )


def _pattern(text: object) -> str | None:
    return None if text is None else re.compile(str(text)).pattern

"""Start of a recording as UTC: from what a file says, from its name, or unknown. Never from the file system's clock."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ingestion.formats.waveform.model import Start, Timing
from ingestion.formats.waveform.options import WaveformOptions
from ingestion.typing import zones

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_US = dt.timedelta(microseconds=1)
_FIRST_PLAUSIBLE = dt.datetime(1905, 1, 1, tzinfo=dt.UTC)  # TDMS and others write their epoch for "not set"


def utc_start(moment: dt.datetime, origin: str) -> Start:
    """A start from a datetime: UTC if it has an offset, else the plant's wall clock."""
    if moment.tzinfo is None:
        return Start((moment.replace(tzinfo=dt.UTC) - _EPOCH) // _US, origin, is_local=True)
    return Start((moment - _EPOCH) // _US, origin)


def start_of(value: object, origin: str) -> Start | None:
    """A start from what files hold: datetime64 and numbers are UTC, texts ISO 8601; None if it is no time."""
    if isinstance(value, np.datetime64) and not np.isnat(value):
        start = Start(int(value.astype("datetime64[us]").astype(np.int64)), origin)
    elif isinstance(value, dt.datetime):
        start = utc_start(value, origin)
    elif isinstance(value, str | bytes):
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        try:
            start = utc_start(dt.datetime.fromisoformat(text.strip()), origin)
        except ValueError:
            return None
    elif isinstance(value, int | float | np.number) and not isinstance(value, bool):
        number = float(value)
        if not 0 < number < 4e9:
            return None
        start = Start(round(number * 1e6), f"{origin} (seconds since 1970)")
    else:
        return None
    return start if start.us is not None and start.us > (_FIRST_PLAUSIBLE - _EPOCH) // _US else None


def first_start(properties: Mapping[str, Any], names: Iterable[str], where: str) -> Start:
    """The first of the named properties that holds a time."""
    for name in names:
        if name in properties and (start := start_of(properties[name], f"{name} of {where}")):
            return start
    return Start()


def rate_of(step_s: float) -> float:
    """Samples per second of a step in seconds, to 12 digits: files write 0.00002 as 1.9999999999999998e-05."""
    return float(f"{1.0 / step_s:.12g}")


def resolved(timing: Timing, options: WaveformOptions, file: str, zone: str) -> Timing:
    """Timing with the contract's fallbacks, and local starts as UTC of the plant's zone."""
    start, rate, origin = timing.start, timing.rate_hz, timing.rate_origin
    if start.us is None and options.start_in_name is not None:
        start = _in_name(file, options)
    if rate is None and timing.last_offset_s is None and options.rate_hz is not None:
        rate, origin = options.rate_hz, "sampleRateHz of the contract"
    return Timing(_to_utc(start, zone), rate, origin, timing.last_offset_s)


def _in_name(file: str, options: WaveformOptions) -> Start:
    found = re.search(options.start_in_name or "", file)
    if found is None:
        return Start()
    text = found[1] if found.re.groups else found[0]
    try:
        moment = dt.datetime.strptime(text, options.start_format or "")  # noqa: DTZ007 - the format may name no zone
    except ValueError:
        return Start()
    return utc_start(moment, "the file's name")


def _to_utc(start: Start, zone: str) -> Start:
    if start.us is None or not start.is_local:
        return start
    utc, kinds = zones.to_utc(np.array([start.us], dtype=np.int64), zone)
    doubt = {
        zones.FOLD: ", in the repeated hour: its first pass is taken",
        zones.GAP: ", in an hour that the clock skips",
    }
    note = doubt.get(int(kinds[0]), "")
    return Start(int(utc[0]), f"{start.origin} (local time of {zone}{note})")

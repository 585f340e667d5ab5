"""Exception reporting: which scanned values reach the archive.

Belongs here: the rule that thins out scans. Does not belong here: what the values are (signals.py).

A value is archived when it left the band of width `deadband` that the scan before lay in, or at the latest after
the heartbeat. Bands are fixed (one is centred on the resting level), not centred on the last archived value: that
keeps the rule free of loops and archives about as much. The target is one value per tag every `rate_s` seconds on average over all tags and states.
"""

import numpy as np
from numpy.typing import NDArray

SCANS_PER_VALUE = 3
HEARTBEAT_SCANS = 30


def scan_s(rate_s: float) -> int:
    """Seconds between two scans; the archive keeps whole seconds, so not below one."""
    return max(1, round(rate_s / SCANS_PER_VALUE))


def heartbeat_s(rate_s: float) -> int:
    """Longest silence of a live tag in seconds."""
    return scan_s(rate_s) * HEARTBEAT_SCANS


def deadband_sigmas(rate_s: float) -> float:
    """Width of a band in standard deviations of the noise; tuned to the target, 0 when every scan is wanted."""
    share = min(1.0, scan_s(rate_s) / rate_s)
    return 2.83 * (1.0 - share) / (1.0 - 1.0 / SCANS_PER_VALUE)


def archived(values: NDArray[np.float64], rest: float, deadband: float, phase: int) -> NDArray[np.intp]:
    """Positions of the values that are archived; `phase` spreads the heartbeats of different tags."""
    if deadband <= 0.0:
        return np.arange(values.size)
    bands = np.rint((values - rest) / deadband)
    keep = np.empty(values.size, dtype=bool)
    keep[0] = True
    np.not_equal(bands[1:], bands[:-1], out=keep[1:])
    keep[phase % HEARTBEAT_SCANS :: HEARTBEAT_SCANS] = True
    return np.flatnonzero(keep)

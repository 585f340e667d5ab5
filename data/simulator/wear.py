"""How machines and tools age, when they fail, how long repairs last, what that does to the pieces.

Belongs here: all chances of one machine, drawn from one seeded stream in the order of events.
Does not belong here: what the machine does meanwhile (machine.py).
"""

import math

import numpy as np
from numpy.typing import NDArray

from data.simulator.reasons import MODE_VIBRATION, MODES

HOUR = 3_600_000
WEIBULL_SHAPE = 2.1
WEIBULL_SCALE_H = 85.0
SHORTEST_LIFE_H = 10.0
MICROSTOP_MEAN_MS = 36 * 60_000
TOOL_LIFE_PIECES = 420


class Condition:
    """Age of the machine and of its tool, and the chances that hang on them."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.renew()
        self.age = int(self.life * rng.uniform(0.0, 0.75))
        self.to_microstop = self._gap()
        self.tool_pieces = int(rng.integers(0, TOOL_LIFE_PIECES))
        self.fresh_pieces = 0
        self.complained = True

    def renew(self) -> None:
        """As new after repair or maintenance: draws the next life (ms of production) and how it will end."""
        hours = SHORTEST_LIFE_H + WEIBULL_SCALE_H * float(self.rng.weibull(WEIBULL_SHAPE))
        self.life = int(hours * HOUR)
        self.age = 0
        self.mode = MODES[int(self.rng.choice(4, p=(0.4, 0.25, 0.2, 0.15)))]
        self.complained = False

    @property
    def share(self) -> float:
        """Used share of the life."""
        return self.age / self.life

    @property
    def gain(self) -> float:
        """How strongly the coming failure shows in the vibration."""
        return MODE_VIBRATION[self.mode]

    @property
    def until_stop(self) -> int:
        """Production time in ms until the next failure or micro-stop."""
        return min(self.life - self.age, self.to_microstop)

    def work(self, elapsed: int) -> None:
        """Age by `elapsed` ms of production."""
        self.age += elapsed
        self.to_microstop -= elapsed

    def failed(self) -> bool:
        """Whether the life is used up."""
        return self.age >= self.life

    def repair_ms(self) -> int:
        """Duration of a repair."""
        minutes = float(np.clip(self.rng.lognormal(math.log(95), 0.75), 12, 900))
        return int(minutes * 60_000)

    def microstop_ms(self) -> int:
        """Duration of a micro-stop, below five minutes; draws when the next one comes."""
        self.to_microstop = self._gap()
        return int(self.rng.uniform(15_000, 290_000))

    def cycle_factor(self) -> float:
        """Actual against standard time of a container: below 1 is faster than planned."""
        return float(np.clip(self.rng.normal(1.06, 0.04), 0.96, 1.25))

    def flaws(self, count: int, warm: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Draw scrap and rework for `count` pieces; `warm` is the hall's temperature above normal in kelvin."""
        wear = (self.tool_pieces + np.arange(count)) / TOOL_LIFE_PIECES
        scrap = 0.004 + 0.022 * wear**3 + 0.03 * self.share**4 + 0.002 * max(0.0, warm)
        scrap = scrap + np.where(self.fresh_pieces + np.arange(count) < 4, 0.08, 0.0)
        rework = 0.004 + 0.010 * wear
        draw = self.rng.random(count)
        self.tool_pieces += count
        self.fresh_pieces += count
        is_scrap = draw < scrap
        return is_scrap, ~is_scrap & (draw < scrap + rework)

    def tool_change_due(self) -> bool:
        """Whether the tool has lived its pieces."""
        return self.tool_pieces >= TOOL_LIFE_PIECES

    def deviations(self, warm: float) -> tuple[float, ...]:
        """Two measured deviations of an inspected piece in standard deviations, drifting with tool and warmth."""
        drift = 1.1 * (self.tool_pieces / TOOL_LIFE_PIECES) ** 2 + 0.15 * warm
        return tuple(float(x) for x in self.rng.normal((drift, 0.3 * drift), 1.0))

    def _gap(self) -> int:
        return 60_000 + int(self.rng.exponential(MICROSTOP_MEAN_MS))


def hall_warmth(ms: int) -> float:
    """Temperature of the hall above its mean in kelvin: warm afternoons, weeks that differ."""
    hours = ms / HOUR
    return 2.0 * math.sin((hours - 8.0) * math.tau / 24) + 1.2 * math.sin(hours * math.tau / 211)

"""Figures of a channel while its windows pass: extremes, mean and rms over the valid samples, in one pass."""

import math
from dataclasses import dataclass

import numpy as np

from ingestion.formats.waveform.model import Window


@dataclass
class Figures:
    """Sums over the finite, valid samples. rms is the root of the mean square; all are None without samples."""

    count: int = 0
    void: int = 0
    low: float = math.inf
    high: float = -math.inf
    total: float = 0.0
    squares: float = 0.0

    def add(self, window: Window) -> None:
        """One more window."""
        samples = window.samples
        given = len(samples)
        if window.invalid is not None:
            samples = samples[~window.invalid]
        samples = samples.astype(np.float64, copy=False)
        finite = np.isfinite(samples)
        if not finite.all():
            samples = samples[finite]
        self.void += given - len(samples)
        if len(samples) == 0:
            return
        self.count += len(samples)
        self.low = min(self.low, float(samples.min()))
        self.high = max(self.high, float(samples.max()))
        self.total += float(samples.sum())
        self.squares += float(np.square(samples).sum())

    @property
    def minimum(self) -> float | None:
        """Smallest sample."""
        return self.low if self.count else None

    @property
    def maximum(self) -> float | None:
        """Largest sample."""
        return self.high if self.count else None

    @property
    def mean(self) -> float | None:
        """Mean of the samples."""
        return self.total / self.count if self.count else None

    @property
    def rms(self) -> float | None:
        """Root mean square of the samples."""
        return math.sqrt(self.squares / self.count) if self.count else None

"""Export of the condition monitoring system: vibration snapshots, one Parquet file each.

Belongs here: waveform, characteristic values, file. Does not belong here: how worn a machine is (wear.py).
"""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.simulator.events import DayLog
from data.simulator.exporters.files import Landing
from data.simulator.faults import CORRECTED, Fault
from data.simulator.plant_model import PlantModel
from data.simulator.signals import SignalBuilder

RATE_HZ, SAMPLES = 25_600.0, 2_048
PER_DAY = 3
SCHEMA = pa.schema([
    ("machine", pa.string()), ("sensor", pa.string()), ("taken_at", pa.timestamp("us", tz="UTC")),
    ("sampling_rate_hz", pa.float64()), ("sample_count", pa.int64()), ("unit", pa.string()), ("rms", pa.float64()),
    ("peak", pa.float64()), ("kurtosis", pa.float64()), ("spindle_speed_rpm", pa.float64()),
    ("waveform", pa.list_(pa.float32())),
])  # fmt: skip


class CmsExporter:
    """Writes the snapshots of a day; bytes repeat as long as pyarrow's version stays (it signs its files)."""

    def __init__(self, plant: PlantModel, builder: SignalBuilder, landing: Landing, seed: int) -> None:
        self.plant, self.builder, self.landing, self.seed = plant, builder, landing, seed

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day; on some days one is delivered twice under another name."""
        for machine in self.plant.machines:
            for n in range(PER_DAY):
                at = log.start // 1000 + 5_400 + n * 28_800 + 420 * (machine.index % 40)
                self._snapshot(machine.index, at, "")
        if log.day.toordinal() % 6 == 2:
            file = self._snapshot(0, log.start // 1000 + 5_400, "_copy")
            return [
                Fault(
                    "duplicate_file",
                    "cms__vibration_snapshots",
                    file,
                    1,
                    CORRECTED,
                    "sha256",
                    "same content, other name",
                )
            ]
        return []

    def _snapshot(self, machine: int, at_s: int, suffix: str) -> str:
        rng = np.random.default_rng((self.seed, 40, machine, at_s))
        running = self.builder.load_at(machine, at_s) > 0.9
        damage = float(self.builder.damage(machine, np.array([float(at_s)]))[0])
        speed = float(rng.normal(1_800, 25)) if running else 0.0
        wave = _waveform(rng, speed, damage if running else 0.0)
        code = self.plant.machines[machine].code
        taken = datetime.fromtimestamp(at_s, UTC)
        rms = float(np.sqrt(np.mean(wave**2)))
        row = {
            "machine": code, "sensor": "spindle_de", "taken_at": taken, "sampling_rate_hz": RATE_HZ,
            "sample_count": SAMPLES, "unit": "g", "rms": rms, "peak": float(np.abs(wave).max()),
            "kurtosis": float(np.mean(wave**4) / np.mean(wave**2) ** 2), "spindle_speed_rpm": round(speed, 1),
            "waveform": wave.astype(np.float32),
        }  # fmt: skip
        table = pa.Table.from_pylist([row], schema=SCHEMA)
        file = f"cms/{code}_{taken:%Y%m%dT%H%M%SZ}{suffix}.parquet"
        late = 120_000 + (60_000 if suffix else 0)
        self.landing.write(
            file, lambda part: pq.write_table(table, part, compression="zstd"), at_s * 1000 + late
        )
        return file


def _waveform(rng: np.random.Generator, speed_rpm: float, damage: float) -> np.ndarray:
    """Harmonics of the spindle, noise, and decaying impacts that grow with damage; in g."""
    time = np.arange(SAMPLES) / RATE_HZ
    wave = rng.normal(0.0, 0.02, SAMPLES)
    if speed_rpm:
        turn = speed_rpm / 60
        wave += (
            0.30 * np.sin(_phase(turn, time))
            + 0.12 * np.sin(_phase(2 * turn, time) + 0.7)
            + rng.normal(0, 0.08, SAMPLES)
        )
        since = np.mod(time, 1 / (5.4 * turn))
        wave += 2.5 * damage * np.exp(-since * 900) * np.sin(_phase(3_200, since))
    return wave


def _phase(frequency_hz: float, time_s: np.ndarray) -> np.ndarray:
    """Phase in radians."""
    return 2 * np.pi * frequency_hz * time_s

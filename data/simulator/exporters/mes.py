"""Exports of the manufacturing execution system: states, counters, downtime reasons.

Belongs here: formats of the MES and the faults of its files. Does not belong here: inspections (inspections.py).
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from data.simulator.duisburg import repeated_hour, to_local
from data.simulator.events import DayLog, StateInterval
from data.simulator.exporters.counters import CounterBook, Reading
from data.simulator.exporters.files import Landing
from data.simulator.faults import CORRECTED, QUARANTINED, Draft, Fault, Mark, pick, with_field
from data.simulator.plant_model import PlantModel
from data.simulator.reasons import ENTERED_STATES, reason_of

STATES_HEADER = "event_id,machine,changed_at,state,order_no,operation_no,material_no"
DUPLICATE = Mark("exact_duplicate", CORRECTED, "key", "the same record twice in a file")
ORDER = Mark("out_of_order", CORRECTED, "order", "stands behind a later record")


class MesExporter:
    """Writes one day of MES files; counters run on from day to day."""

    def __init__(self, plant: PlantModel, landing: Landing, seed: int) -> None:
        self.plant, self.landing, self.seed = plant, landing, seed
        self.counters = CounterBook(plant)
        self.event_no = [0] * len(plant.machines)

    def export(self, log: DayLog) -> list[Fault]:
        """Write the files of a day and return the labels of their faults."""
        number = log.day.strftime("%Y%m%d")
        at = log.end + 10 * 60_000
        states, reasons = self._states(log, number), self._reasons(log, number)
        counters = self._counters(log, number)
        faults = states.write(self.landing, at) + counters.write(self.landing, at + 20_000)
        return faults + (reasons.write(self.landing, at + 40_000) if reasons.records else [])

    def _states(self, log: DayLog, number: str) -> Draft:
        rng = np.random.default_rng((self.seed, 10, log.day.toordinal()))
        draft = Draft("mes__machine_states", f"mes/states_{number}.csv", STATES_HEADER)
        for interval in sorted(log.intervals, key=lambda i: (i.machine, i.start)):
            for at in (interval.start, *self._clock_change(log, interval)):
                draft.add(self._state(interval, at))
            interval.event_no = self.event_no[interval.machine]
        self._spoil_states(rng, draft, repeated_hour(log.day) is not None)
        return draft

    def _clock_change(self, log: DayLog, interval: StateInterval) -> list[int]:
        """The MES repeats the state right before and after clocks are set back: a reader sees the step."""
        hours = repeated_hour(log.day)
        if hours is None:
            return []
        return [t for t in (hours[1] - 1000, hours[1]) if interval.start < t < interval.end]

    def _state(self, i: StateInterval, at: int) -> str:
        self.event_no[i.machine] += 1
        code = self.plant.machines[i.machine].code
        local = to_local(at)
        stamp = f"{local:%Y-%m-%d %H:%M:%S}.{at % 1000:03d}"
        return f"{code}-{self.event_no[i.machine]:07d},{code},{stamp},{i.state},{i.order_no},{i.operation_no},{i.material_no}"

    def _spoil_states(self, rng: np.random.Generator, draft: Draft, clocks_change: bool) -> None:
        bad: list[tuple[Mark, Callable[[str], str]]] = [
            (Mark("unknown_state", QUARANTINED, "set:state", "WARMUP"), with_field(3, "WARMUP", ",")),
            (Mark("missing_key", QUARANTINED, "required:event_id"), with_field(0, "", ",")),
            (Mark("impossible_timestamp", QUARANTINED, "type:changed_at", "2025-13-45 25:61:00.000"), with_field(2, "2025-13-45 25:61:00.000", ",")),
            (Mark("malformed_row", QUARANTINED, "malformed_row", "fields are missing"), lambda r: ",".join(r.split(",")[:3])),
        ]  # fmt: skip
        if clocks_change:  # the order of records must stay clear in the repeated hour
            return
        pick(rng, bad, 0.8, draft)
        pick(rng, bad, 0.5, draft)
        draft.spoil(rng, DUPLICATE, str)
        draft.swap(rng, ORDER, lambda record: record.split(",")[1])

    def _counters(self, log: DayLog, number: str) -> Draft:
        rng = np.random.default_rng((self.seed, 11, log.day.toordinal()))
        draft = Draft("mes__counters", f"mes/counters_{number}.jsonl", None)
        for reading in self.counters.readings(log):
            draft.add(_dump(reading))
        bad: list[tuple[Mark, Callable[[str], str]]] = [
            (Mark("malformed_json", QUARANTINED, "malformed_row", "the object is not closed"), lambda r: r[: len(r) // 2]),
            (Mark("negative_counter", QUARANTINED, "range:total_count", "-17"), _with_json("total_count", -17)),
            (Mark("missing_key", QUARANTINED, "required:machine"), _with_json("machine", None)),
            (Mark("garbage_number", QUARANTINED, "type:total_count", "12a4"), _with_json("total_count", "12a4")),
            (Mark("impossible_timestamp", QUARANTINED, "type:counted_at", "2025-10-99T00:00:00Z"), _with_json("ts", "2025-10-99T00:00:00Z")),
        ]  # fmt: skip
        for share in (1.0, 0.7, 0.4):
            pick(rng, bad, share, draft)
        for _ in range(3):
            draft.spoil(rng, DUPLICATE, str)
        draft.swap(rng, ORDER, lambda record: record[:15])
        if log.day.toordinal() % 9 == 4:
            draft.truncate()
        return draft

    def _reasons(self, log: DayLog, number: str) -> Draft:
        rng = np.random.default_rng((self.seed, 12, log.day.toordinal()))
        draft = Draft("mes__downtime_reasons", f"mes/downtime_reasons_{number}.jsonl", None)
        for interval in sorted(log.intervals, key=lambda i: (i.start, i.machine)):
            if interval.state in ENTERED_STATES and rng.random() > 0.06:
                self._reason(draft, interval, rng)
        bad: list[tuple[Mark, Callable[[str], str]]] = [
            (Mark("missing_value", QUARANTINED, "required:reason_code"), _with_json("reason_code", None)),
            (Mark("garbage_code", QUARANTINED, "pattern:reason_code", "??"), _with_json("reason_code", "??")),
            (Mark("malformed_json", QUARANTINED, "malformed_row", "the object is not closed"), lambda r: r[: len(r) // 2]),
        ]  # fmt: skip
        pick(rng, bad, 0.6, draft)
        return draft

    def _reason(self, draft: Draft, interval: StateInterval, rng: np.random.Generator) -> None:
        code = self.plant.machines[interval.machine].code
        entry: Reading = {
            "event_id": f"{code}-{interval.event_no:07d}",
            "reason_code": reason_of(interval.state, interval.detail, rng),
            "entered_at": _utc(interval.start + int(rng.integers(20, 240)) * 1000),
            "note": "",
        }
        if interval.state == "DOWN" and rng.random() < 0.25:
            mark = Mark("reason_corrected_later", CORRECTED, "upsert", "the next record of the event counts")
            draft.add(_dump({**entry, "reason_code": "40000", "note": "Ursache unklar"}), mark)
            entry["note"] = "Instandhaltung: geklärt"
            entry["entered_at"] = _utc(interval.start + int(rng.integers(300, 3000)) * 1000)
        draft.add(_dump(entry))


def _utc(ms: int) -> str:
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{ms % 1000:03d}Z"


def _dump(entry: Reading) -> str:
    if "at" in entry:
        entry = {
            ("ts" if k == "at" else k): (_utc(int(str(v))) if k == "at" else v) for k, v in entry.items()
        }
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _with_json(name: str, value: object) -> Callable[[str], str]:
    return lambda record: json.dumps(
        {**json.loads(record), name: value}, ensure_ascii=False, separators=(",", ":")
    )

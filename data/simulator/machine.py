"""One machine as a SimPy process: takes containers, sets up, makes pieces, stops, fails, is maintained.

Belongs here: the order in which states take precedence and what each does to the machine.
Does not belong here: chances (wear.py), what to make (planning.py), any export.
"""

from collections import deque
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import numpy as np
import simpy

from data.simulator.events import (
    Completion,
    DayLog,
    Failure,
    PieceRun,
    Sample,
    Service,
    StateInterval,
    WearKnot,
)
from data.simulator.orders import Container, OrderOperation
from data.simulator.planning import LinePlanner
from data.simulator.plant_model import Machine
from data.simulator.shift_calendar import BREAK, OFF, Segment
from data.simulator.wear import Condition, hall_warmth

MINUTE = 60_000
WAITING = ("STARVED", "NO_ORDER")
SAMPLE_EVERY = 5
SERVICE_DAYS = 14


class MachineProcess:
    """State and behaviour of one machine. `deliver` hands finished containers on; `number` counts notifications."""

    def __init__(self, env: simpy.Environment, machine: Machine, planner: LinePlanner, *,
                 rng: np.random.Generator, first_day: date, number: Callable[[], int]) -> None:  # fmt: skip
        self.env, self.machine, self.planner, self.number = env, machine, planner, number
        self.calendar, self.calendar_code = planner.plant.calendar, planner.line.calendar_code
        self.condition = Condition(rng)
        self.queue: deque[Container] = deque()
        self.wake = env.event()
        self.deliver: Callable[[Container, int], None]
        self.log: DayLog
        self.day = first_day
        self.container: Container | None = None
        self.step: OrderOperation | None = None
        self.cycle = self.partial = self.left = self.good_in_container = 0
        self.setup_left, self.setup_kind = 0, ""
        self.repair_until = self.service_until = self.stop_until = 0
        self.containers_done = 0
        self.pieces_since_reset = 0
        self.last_material = ""
        first = first_day + timedelta(days=1 + (machine.index * 5) % SERVICE_DAYS)
        self.next_service = self.calendar.day_start(first) + (2 + machine.index % 3) * 3_600_000

    def put(self, container: Container) -> None:
        """Receive a container."""
        self.queue.append(container)
        self.notify()

    def notify(self) -> None:
        """Something changed for a machine that waits."""
        self.wake.succeed()
        self.wake = self.env.event()

    def run(self) -> Iterator[simpy.Event]:
        """The process: one state after the other, each cut at the ends of the calendar's segments."""
        self._wear(int(self.env.now))
        while True:
            start = int(self.env.now)
            segment = self._segment(start)
            state, end = self._decide(segment, start)
            if state in WAITING:
                yield self.env.any_of([self.wake, self.env.timeout(end - start)])
            else:
                yield self.env.timeout(end - start)
            self._record(segment, state, start, int(self.env.now))
            self._after(segment, state, start, int(self.env.now))

    def _segment(self, now: int) -> Segment:
        while True:
            for segment in self.calendar.segments(self.calendar_code, self.day):
                if segment.start <= now < segment.end:
                    return segment
            self.day += timedelta(days=1)

    def _decide(self, segment: Segment, now: int) -> tuple[str, int]:
        due = now >= self.next_service and segment.kind not in (OFF, BREAK) and self.repair_until <= now
        if due and self.service_until <= now:
            self._begin_service(now)
        precedence = (
            ("OFF_SHIFT", segment.kind == OFF, segment.end),
            ("DOWN", self.repair_until > now, self.repair_until),
            ("MAINTENANCE", self.service_until > now, self.service_until),
            ("BREAK", segment.kind == BREAK, segment.end),
            ("MICROSTOP", self.stop_until > now, self.stop_until),
        )
        for state, applies, until in precedence:
            if applies:
                return state, min(segment.end, until)
        return self._productive(segment.end, now)

    def _productive(self, end: int, now: int) -> tuple[str, int]:
        if self.container is None and not self._take(now):
            return ("STARVED" if self.planner.expected(self.machine.position) else "NO_ORDER"), end
        if self.setup_left > 0:
            return "SETUP", min(end, now + self.setup_left)
        rest = self.left * self.cycle - self.partial
        return "PRODUCING", min(end, now + rest, now + self.condition.until_stop)

    def _take(self, now: int) -> bool:
        if not self.queue:
            return False
        self.container = self.queue.popleft()
        order = self.container.order
        self.step = order.operations[self.machine.position]
        if self.step.started is None:
            self.step.started = order.changed = now
            if order.product.material != self.last_material:
                self.setup_left = int(
                    self.step.operation.setup_min * MINUTE * self.condition.rng.uniform(0.8, 1.5)
                )
                self.setup_kind = "changeover"
                self.condition.fresh_pieces = 0
            self.last_material = order.product.material
        if self.container.is_last and self.machine.position == 0:
            self.planner.order_taken()
        self.cycle = int(self.step.operation.cycle_ms * self.condition.cycle_factor())
        self.left, self.partial, self.good_in_container = self.container.pieces, 0, 0
        if self.left == 0:
            self._finish_container(now)
            return self._take(now)
        return True

    def _after(self, segment: Segment, state: str, start: int, now: int) -> None:
        if state == "SETUP":
            self.setup_left -= now - start
        elif state == "PRODUCING":
            self._produce(segment, start, now)
        elif state in ("DOWN", "MAINTENANCE") and now >= max(self.repair_until, self.service_until):
            self._reset_counter(now)

    def _produce(self, segment: Segment, start: int, now: int) -> None:
        condition = self.condition
        before = self.partial
        self.partial += now - start
        count, self.partial = divmod(self.partial, self.cycle)
        condition.work(now - start)
        self._wear(now)
        if count:
            self._complete(segment.shift_code, start - before + self.cycle * np.arange(1, count + 1), now)
        if condition.failed():
            self._fail(now)
        elif condition.to_microstop <= 0:
            self.stop_until = now + condition.microstop_ms()

    def _complete(self, shift: str, times: np.ndarray, now: int) -> None:
        container, step = self.container, self.step
        assert container is not None
        assert step is not None
        order, count = container.order, times.size
        is_scrap, is_rework = self.condition.flaws(count, hall_warmth(now))
        self.log.runs.append(
            PieceRun(self.machine.index, order.short, step.operation.vornr, order.product.material, shift,
                     times.astype(np.int64), is_scrap, is_rework)
        )  # fmt: skip
        scrap, rework = int(is_scrap.sum()), int(is_rework.sum())
        step.scrap += scrap
        step.rework += rework
        step.good += count - scrap - rework
        order.changed = now
        self.left -= count
        self.good_in_container += count - scrap
        self.pieces_since_reset += count
        if self.left == 0:
            self._finish_container(now)

    def _finish_container(self, now: int) -> None:
        container, step = self.container, self.step
        assert container is not None
        assert step is not None
        order = container.order
        if container.is_last:
            step.finished = order.changed = now
            self.log.completions.append(
                Completion(self.machine.index, order.short, step.operation.vornr, now)
            )
        self.containers_done += 1
        self._inspect(order.short, step.operation.vornr, order.product.material, now)
        self.container = None
        self.deliver(Container(order, self.good_in_container, container.is_last), self.machine.position)
        if self.condition.tool_change_due():
            self.condition.tool_pieces = 0
            self.setup_left += int(self.condition.rng.uniform(3, 7) * MINUTE)
            self.setup_kind = "tool"
        if not self.condition.complained and self.condition.share > 0.85:
            self.condition.complained = True
            if self.condition.rng.random() < 0.5:
                self.log.services.append(Service(self.number(), self.machine.index, "complaint", now, now))

    def _inspect(self, order: str, operation: str, material: str, now: int) -> None:
        if self.machine.position % 2 == 1 and self.containers_done % SAMPLE_EVERY == 0:
            deviations = self.condition.deviations(hall_warmth(now))
            self.log.samples.append(Sample(self.machine.index, order, operation, material, now, deviations))

    def _fail(self, now: int) -> None:
        mode = self.condition.mode
        self.repair_until = now + self.condition.repair_ms()
        self.failure_mode = mode
        self.log.failures.append(Failure(self.number(), self.machine.index, mode, now, self.repair_until))
        self._renew(self.repair_until)

    def _begin_service(self, now: int) -> None:
        self.service_until = now + int(self.condition.rng.uniform(75, 150)) * MINUTE
        self.next_service += SERVICE_DAYS * 86_400_000
        self.log.services.append(
            Service(self.number(), self.machine.index, "planned", now, self.service_until)
        )
        self._renew(self.service_until)

    def _renew(self, at: int) -> None:
        self._wear(at)
        self.condition.renew()
        self._wear(at + 1)

    def _wear(self, at: int) -> None:
        self.log.wear.append(
            WearKnot(self.machine.index, at, min(1.0, self.condition.share), self.condition.gain)
        )

    def _reset_counter(self, now: int) -> None:
        if self.pieces_since_reset > 1_500:
            self.pieces_since_reset = 0
            self.log.resets.append((self.machine.index, now))

    def _record(self, segment: Segment, state: str, start: int, end: int) -> None:
        if end == start:
            return
        order = operation = material = detail = ""
        if self.container is not None and self.step is not None and state not in ("OFF_SHIFT", *WAITING):
            order, operation = self.container.order.short, self.step.operation.vornr
            material = self.container.order.product.material
        elif state == "STARVED" and (awaited := self.planner.expected(self.machine.position)) is not None:
            order, operation = awaited.short, awaited.operations[self.machine.position].operation.vornr
            material = awaited.product.material
        if state == "DOWN":
            detail = self.failure_mode
        elif state == "SETUP":
            detail = self.setup_kind
        self._append(segment, StateInterval(self.machine.index, state, start, end, order, operation, material, detail,
                                            segment.shift_code, 0))  # fmt: skip

    def _append(self, segment: Segment, new: StateInterval) -> None:
        last = self.last_interval
        same = last is not None and (last.state, last.order_no, last.detail) == (
            new.state,
            new.order_no,
            new.detail,
        )
        if last is not None and same and last.end == new.start and new.start != segment.shift_start:
            last.end = new.end
            return
        self.log.intervals.append(new)
        self.last_interval = new

    failure_mode = ""
    last_interval: StateInterval | None = None

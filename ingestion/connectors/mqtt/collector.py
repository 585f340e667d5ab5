"""One source's collector: broker -> journal -> acknowledgement -> readings -> spool -> landed files.

Belongs here: the loop and its timing, and what is done when the spool is full. The parts are built in setup.py.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from ingestion.connectors.mqtt.client import BrokerClient, Delivery
from ingestion.connectors.mqtt.messages import rebirth_payload
from ingestion.connectors.mqtt.options import mqtt_options
from ingestion.connectors.mqtt.readings import SCHEMA
from ingestion.connectors.mqtt.recorder import Recorder
from ingestion.connectors.mqtt.setup import filters_of, fold_of, last_word_of, login_of
from ingestion.connectors.mqtt.topics import rebirth_topic
from ingestion.connectors.spool import Spool
from ingestion.errors import SpoolError, SpoolFullError
from ingestion.lake.transactions import committed_hashes
from ingestion.plant import Plant, Source
from ingestion.readings import TABLE
from ingestion.settings import Settings

MESSAGES_AT_ONCE = 2_000
ROWS_IN_MEMORY = 50_000
_POLL_S = 0.2


class Collector:
    """Listens to one source of kind mqtt until it is stopped. PlantError, SpoolInUseError if it cannot begin."""

    def __init__(self, source: Source, plant: Plant, settings: Settings, tell: Callable[[str], None]) -> None:
        self._options = options = mqtt_options(source, plant.folder)
        self._tell: Callable[[str], None] = lambda text: tell(f"{source.system}: {text}")
        login = login_of(options, source, plant, settings)
        if login.tls is None:
            self._tell("no TLS: values travel in clear text")
        folder = settings.home / "spool" / source.system
        self._raw = settings.raw_path(f"{source.system}__{TABLE}")
        self._spool = Spool(folder, source.path, SCHEMA, options=options.spool.options)
        self._recorder = self._recovered(folder)
        self._client = BrokerClient(
            options, login, filters_of(options), self._tell, last_word=last_word_of(options)
        )
        self._pending: list[Delivery] = []
        limit = options.spool.options.limit_bytes  # one portion must find room in an empty spool
        self._at_once = max(1, min(MESSAGES_AT_ONCE, limit // 4096))
        self._rows_at_once = max(1, min(ROWS_IN_MEMORY, limit // 1024))
        self._is_stuck = False
        self._landed_at = time.monotonic()

    @property
    def counts(self) -> Counter[str]:
        """What happened since the start, by name; see docs/how-to/mqtt.md."""
        return self._recorder.counts + Counter({"rows_landed": self._spool.status.rows_landed})

    def run(self, stop: threading.Event, seconds: float | None = None) -> None:
        """Collect until `stop` is set or the time is over; then everything is landed. ConnectorError if refused."""
        ends = None if seconds is None else time.monotonic() + seconds
        self._client.start()
        try:
            while not stop.is_set() and (ends is None or time.monotonic() < ends):
                self._step(stop)
        finally:
            self._finish()

    def close(self) -> None:
        """Give up the spool without having run."""
        self._recorder.close()
        self._spool.close()

    def _recovered(self, folder: Path) -> Recorder:
        """Go on from what the last process left; if the spool has no room for that, committed files leave it first."""
        try:
            try:
                return Recorder(folder, self._spool, fold_of(self._options))
            except SpoolFullError:
                self._spool.acknowledge(committed_hashes(self._raw))
                return Recorder(folder, self._spool, fold_of(self._options))
        except SpoolError:
            self._spool.close()
            raise

    def _step(self, stop: threading.Event) -> None:
        """Take in what has arrived, then do whatever is due."""
        if self._is_stuck:
            stop.wait(_POLL_S)
        else:
            self._take_in(_POLL_S)
        now_us = time.time_ns() // 1000
        for node in self._recorder.rebirths(now_us):
            self._tell(f"asks {node.name} for a rebirth")
            self._client.publish(rebirth_topic(node), rebirth_payload(now_us // 1000))
        is_time = time.monotonic() - self._landed_at >= self._options.land_s
        if is_time or (self._recorder.waiting >= self._rows_at_once and not self._is_stuck):
            self._hand_over(land=is_time)

    def _take_in(self, timeout_s: float) -> None:
        """Journal, acknowledge, understand. Without room the messages stay here, unacknowledged."""
        self._pending = self._pending or self._client.receive(self._at_once, timeout_s)
        try:
            if self._pending:
                if self._client.lost_its_session(self._pending):
                    self._recorder.distrust()
                self._recorder.record([delivery.arrival for delivery in self._pending])
                self._client.acknowledge(self._pending)
                self._pending = []
            self._recorder.tick(time.time_ns() // 1000)
        except SpoolError as error:
            self._stick(error)

    def _hand_over(self, *, land: bool) -> None:
        """Rows to the spool; on time also files to the landing folder, and committed ones leave the spool."""
        try:
            if land:
                self._landed_at = time.monotonic()
                self._spool.land()
                self._forget_committed()
            self._recorder.hand_over()
            if land:
                self._spool.land()
            self._is_stuck = False
        except SpoolError as error:
            self._stick(error)

    def _forget_committed(self) -> None:
        if self._spool.status.bytes_held and not self._recorder.is_unsettled:
            self._spool.acknowledge(committed_hashes(self._raw))

    def _stick(self, error: SpoolError) -> None:
        """Stop taking messages: the broker keeps those of QoS 1."""
        if not self._is_stuck:
            self._tell(f"{error.message} Collecting waits. Next step: {error.next_step}")
        self._is_stuck = True

    def _finish(self) -> None:
        """Disconnect, take in what was still queued, land everything."""
        self._client.stop()
        try:
            while not self._is_stuck and (self._pending or self._client.is_waiting()):
                self._take_in(0)
            self._hand_over(land=True)
        finally:
            self.close()

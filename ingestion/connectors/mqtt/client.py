"""The connection to a broker: subscribes, queues what arrives, acknowledges when told to, comes back after a loss.

paho's client in a thread of its own. Acknowledgement is by hand (manual_ack): a message of QoS 1 is acknowledged
when it lies in the journal, so a kill before that makes the broker send it again. The session is persistent: while
the collector is away the broker keeps messages of QoS 1. The queue is bounded; when it is full the thread waits and
TCP holds the broker back. Does not belong here: what messages mean (sessions.py), the journal (recorder.py).
"""

import queue
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingestion.connectors.mqtt.options import MqttOptions
from ingestion.connectors.mqtt.readings import Arrival
from ingestion.errors import ConnectorError

QUEUED = 10_000
_NOT_ALLOWED = ("Bad user name or password", "Not authorized", "Client identifier not valid", "Banned")


@dataclass(frozen=True)
class Login:
    """What a client needs besides the options: its id, secrets resolved, and files of TLS as absolute paths."""

    client_id: str
    password: str | None = None
    tls: dict[str, Any] | None = None


@dataclass(frozen=True)
class LastWord:
    """A message that the broker keeps (retained): said at every connection, and the will that it says for us."""

    topic: str
    said: bytes
    will: bytes


class Delivery(NamedTuple):
    """An arrival and the connection that it came by."""

    arrival: Arrival
    connection: int


class BrokerClient:
    """One session with one broker. `tell` hears short sentences about connections and subscriptions."""

    def __init__(
        self,
        options: MqttOptions,
        login: Login,
        filters: Sequence[str],
        tell: Callable[[str], None],
        *,
        last_word: LastWord | None = None,
    ) -> None:
        self._options = options
        self._filters = filters
        self._tell = tell
        self._last_word = last_word
        self._queue: queue.Queue[Delivery] = queue.Queue(QUEUED)
        self._connection = 0
        self._stopping = threading.Event()
        self._refused: str | None = None
        self._is_unreachable = False
        self._trouble = ""
        self._unknown_at: set[int] = set()
        self._client = self._built(login)
        self._client_id = login.client_id
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Connect in the background, and again after every loss, with growing pauses."""
        host, port = self._options.address
        given: dict[str, Any] = {}
        if self._options.protocol == "5":
            lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            lasting.SessionExpiryInterval = self._options.session_expiry_s
            given = {"properties": lasting, "clean_start": False}
        self._client.connect_async(host, port, self._options.keepalive_s, **given)
        self._client.loop_start()  # paho then writes in this thread alone, also what others acknowledge and publish
        threads = [thread for thread in threading.enumerate() if thread.name.endswith(f"-{self._client_id}")]
        self._thread = threads[-1] if threads else None

    def receive(self, limit: int, timeout_s: float) -> list[Delivery]:
        """Up to `limit` messages; waits for the first one. ConnectorError if the broker refuses this client."""
        found: list[Delivery] = []
        with suppress(queue.Empty):
            found.append(self._queue.get(timeout=timeout_s) if timeout_s else self._queue.get_nowait())
            while len(found) < limit:
                found.append(self._queue.get_nowait())
        if not found and not self._is_alive():
            host, port = self._options.address
            raise ConnectorError(
                "mqtt",
                f"{host}:{port}",
                self._refused or "the client stopped.",
                "check user, password and client_id of the connection, and the broker's log.",
            )
        return found

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Tell the broker that it may forget these; those of a lost connection it will send again."""
        for arrival, connection in deliveries:
            if arrival.packet_id and connection == self._connection:
                self._client.ack(arrival.packet_id, 1)

    def is_waiting(self) -> bool:
        """True if messages can be received at once."""
        return not self._queue.empty()

    def lost_its_session(self, deliveries: Sequence[Delivery]) -> bool:
        """True once for the first messages of a connection at which the broker did not know this client."""
        lost = self._unknown_at & {delivery.connection for delivery in deliveries}
        self._unknown_at -= lost
        return bool(lost)

    def publish(self, topic: str, payload: bytes) -> None:
        """Send a message of QoS 0; lost if there is no connection."""
        if self._client.is_connected():
            self._client.publish(topic, payload)

    def stop(self) -> None:
        """Disconnect; the broker keeps the session. What is queued can still be received."""
        self._stopping.set()
        if self._last_word is not None and self._client.is_connected():
            self._client.publish(self._last_word.topic, self._last_word.will, qos=1, retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    # the client's thread

    def _built(self, login: Login) -> paho.Client:
        is_v5 = self._options.protocol == "5"
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=login.client_id,
            protocol=paho.MQTTv5 if is_v5 else paho.MQTTv311,
            clean_session=None if is_v5 else False,
            manual_ack=True,
        )
        client.reconnect_delay_set(self._options.backoff_s, self._options.backoff_max_s)  # type: ignore[arg-type]
        if self._options.user:
            client.username_pw_set(self._options.user, login.password)
        if login.tls is not None:
            client.tls_set(**login.tls)
        if self._last_word is not None:
            client.will_set(self._last_word.topic, self._last_word.will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_log = self._on_log
        return client

    def _is_alive(self) -> bool:
        return self._stopping.is_set() or (self._thread is not None and self._thread.is_alive())

    def _on_connect(
        self, client: paho.Client, _data: Any, flags: paho.ConnectFlags, reason: ReasonCode, _more: Any = None
    ) -> None:
        host, port = self._options.address
        if reason.is_failure:
            self._tell(f"{host}:{port} refuses: {reason}")
            if not self._connection and str(reason) in _NOT_ALLOWED:
                self._refused = f"the broker refuses this client: {reason}."
                client.disconnect()
            return
        self._connection += 1
        self._is_unreachable = False
        if not flags.session_present:
            self._unknown_at.add(self._connection)
        known = "session goes on" if flags.session_present else "new session"
        self._tell(f"connected to {host}:{port}, {known}")
        qos: int = self._options.qos
        client.subscribe([(name, qos) for name in self._filters])
        if self._last_word is not None:
            client.publish(self._last_word.topic, self._last_word.said, qos=1, retain=True)

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        if not self._is_unreachable:
            host, port = self._options.address
            self._tell(f"{host}:{port} cannot be reached: {sys.exception()}; trying again")
        self._is_unreachable = True

    def _on_log(self, _client: paho.Client, _data: Any, level: int, text: str) -> None:
        if level == paho.MQTT_LOG_ERR:  # the socket's own words, e.g. a refused certificate
            self._trouble = f" ({text})"

    def _on_disconnect(
        self, _client: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _more: Any = None
    ) -> None:
        if not self._stopping.is_set():
            self._tell(f"connection lost: {reason}{self._trouble}")
        self._trouble = ""

    def _on_subscribe(
        self, _client: paho.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _more: Any = None
    ) -> None:
        for name, reason in zip(self._filters, reasons, strict=False):
            if reason.is_failure:
                self._tell(f"the broker refuses topic {name}: {reason}")
        taken = sum(not reason.is_failure for reason in reasons)
        self._tell(f"listens to {taken} of {len(self._filters)} topic filters")

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "(a topic that is not UTF-8)"
        packet_id = message.mid if message.qos else 0
        arrival = Arrival(time.time_ns() // 1000, topic, bytes(message.payload), packet_id, message.dup)
        delivery = Delivery(arrival, self._connection)
        while not self._stopping.is_set():
            with suppress(queue.Full):
                self._queue.put(delivery, timeout=0.5)
                return

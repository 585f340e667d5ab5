"""The client against a peer that answers byte by byte: refusals, acknowledgement by hand, a full queue."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ingestion.connectors.mqtt.client import BrokerClient, Login
from ingestion.connectors.mqtt.options import MqttOptions
from ingestion.errors import ConnectorError

PUBLISH = b"\x32\x07\x00\x01t\x00\x07hi"  # QoS 1, topic t, packet 7, payload hi
PUBACK = b"\x40\x02\x00\x07"


class Peer:
    """A broker of one connection; everything the client sends is kept."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(10)
        self.heard = b""
        self.told: list[str] = []

    def client(self) -> BrokerClient:
        port = self.server.getsockname()[1]
        options = MqttOptions(host="127.0.0.1", port=port, topics=[{"topic": "t"}])
        return BrokerClient(options, Login("me"), ["t"], self.told.append)

    def accept(self, connack: bytes) -> socket.socket:
        connection, _ = self.server.accept()
        connection.settimeout(5)
        self.heard += connection.recv(4096)
        connection.sendall(connack)
        return connection

    def until(self, connection: socket.socket, expected: bytes) -> None:
        while expected not in self.heard:
            self.heard += connection.recv(4096)


def receive_for_ever(client: BrokerClient) -> None:
    for _ in range(50):
        client.receive(10, 0.1)


@contextmanager
def started(peer: Peer) -> Iterator[BrokerClient]:
    client = peer.client()
    client.start()
    try:
        yield client
    finally:
        client.stop()
        peer.server.close()


@pytest.mark.parametrize(("code", "reason"), [(4, "Bad user name or password"), (5, "Not authorized")])
def test_refused_at_the_first_connection_ends(code: int, reason: str) -> None:
    peer = Peer()
    with started(peer) as client:
        with peer.accept(bytes([0x20, 2, 0, code])), pytest.raises(ConnectorError, match=reason) as raised:
            receive_for_ever(client)
        assert "check user, password" in raised.value.next_step
    assert peer.heard[:8] == b"\x10\x0e\x00\x04MQTT"
    assert not peer.heard[9] & 2  # the session is kept


def test_busy_broker_is_tried_again() -> None:
    peer = Peer()
    with started(peer) as client:
        peer.accept(b"\x20\x02\x00\x03").close()  # server unavailable
        with peer.accept(b"\x20\x02\x00\x00") as connection:
            connection.sendall(PUBLISH)
            assert [one.arrival.payload for one in client.receive(10, 5)] == [b"hi"]
    assert any("refuses" in line for line in peer.told)


def test_nothing_is_acknowledged_before_it_is_told_to() -> None:
    peer = Peer()
    with started(peer) as client, peer.accept(b"\x20\x02\x01\x00") as connection:
        connection.sendall(PUBLISH)
        (delivery,) = client.receive(10, 5)
        assert (delivery.arrival.topic, delivery.arrival.packet_id, delivery.arrival.redelivered) == (
            "t",
            7,
            False,
        )
        assert not client.lost_its_session([delivery])
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.until(connection, PUBACK)
        connection.settimeout(5)
        client.acknowledge([delivery])
        peer.until(connection, PUBACK)


def test_packet_of_a_lost_connection_is_not_acknowledged() -> None:
    peer = Peer()
    with started(peer) as client:
        with peer.accept(b"\x20\x02\x00\x00") as connection:
            connection.sendall(PUBLISH)
            old = client.receive(10, 5)
        with peer.accept(b"\x20\x02\x01\x00") as connection:
            peer.heard = b""
            connection.sendall(b"\x3a" + PUBLISH[1:])  # again, with DUP
            (new,) = client.receive(10, 5)
            assert new.arrival.redelivered
            client.acknowledge(old)
            connection.settimeout(0.3)
            with pytest.raises(TimeoutError):
                peer.until(connection, PUBACK)
        assert client.lost_its_session(old)
        assert not client.lost_its_session(old)


def test_unreachable_broker_is_told_once() -> None:
    peer = Peer()
    peer.server.close()
    told: list[str] = []
    client = BrokerClient(
        MqttOptions(host="127.0.0.1", port=1, backoff_s=0.05), Login("me"), ["t"], told.append
    )
    client.start()
    deadline = threading.Event()
    for _ in range(100):
        if told:
            break
        deadline.wait(0.05)
    time.sleep(0.3)
    client.stop()
    assert told == ["127.0.0.1:1 cannot be reached: [Errno 111] Connection refused; trying again"]

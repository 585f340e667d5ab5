"""A small MQTT 3.1.1 broker that keeps the promises of QoS 1 to the letter, for tests of kill and redelivery.

It keeps persistent sessions with their subscriptions and unacknowledged messages, delivers in order, and on
reconnection sends what was not acknowledged again, under the same packet id and with DUP, before anything newer.
amqtt, the other broker of these tests, drops messages in flight when a client dies. As a program:
python -m tests.integration.qos1_broker <port>
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from paho.mqtt.client import topic_matches_sub

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, PINGREQ, DISCONNECT = 1, 3, 4, 8, 12, 14


@dataclass
class Outgoing:
    packet_id: int
    topic: str
    payload: bytes
    was_sent: bool = False


@dataclass
class Session:
    """One client: what it subscribed, what it has not acknowledged, and its connection while there is one."""

    filters: dict[str, int] = field(default_factory=dict)
    unacknowledged: dict[int, Outgoing] = field(default_factory=dict)
    writer: asyncio.StreamWriter | None = None
    last_id: int = 0

    def next_id(self) -> int:
        self.last_id = self.last_id % 65535 + 1
        while self.last_id in self.unacknowledged:
            self.last_id = self.last_id % 65535 + 1
        return self.last_id

    def send(self, topic: str, payload: bytes, qos: int) -> None:
        if qos == 0:
            if self.writer is not None:
                self.writer.write(published(topic, payload, 0))
            return
        message = Outgoing(self.next_id(), topic, payload)
        self.unacknowledged[message.packet_id] = message
        self.deliver(message)

    def deliver(self, message: Outgoing) -> None:
        if self.writer is not None:
            flags = 2 | (8 if message.was_sent else 0)
            self.writer.write(published(message.topic, message.payload, flags, message.packet_id))
            message.was_sent = True


def text(content: str) -> bytes:
    raw = content.encode()
    return len(raw).to_bytes(2, "big") + raw


def packet(head: int, body: bytes) -> bytes:
    size, length = bytearray(), len(body)
    while True:
        length, digit = length >> 7, length & 0x7F
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([head, *size]) + body


def published(topic: str, payload: bytes, flags: int, packet_id: int = 0) -> bytes:
    number = packet_id.to_bytes(2, "big") if flags & 6 else b""
    return packet(PUBLISH << 4 | flags, text(topic) + number + payload)


class Fields:
    """Fields of a packet's body, one after the other."""

    def __init__(self, body: bytes) -> None:
        self.body, self.place = body, 0

    def take(self, size: int) -> bytes:
        self.place += size
        return self.body[self.place - size : self.place]

    def number(self, size: int = 2) -> int:
        return int.from_bytes(self.take(size), "big")

    def blob(self) -> bytes:
        return self.take(self.number())

    def filters(self) -> Iterator[tuple[str, int]]:
        while self.place < len(self.body):
            yield self.blob().decode(), self.number(1)


class SmallBroker:
    """All sessions; everything happens in one event loop, so messages keep their order."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self._client, "127.0.0.1", port)
        async with server:
            await server.serve_forever()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session, will = Session(), None
        try:
            _, body = await self._packet(reader)
            session, will = self._connect(Fields(body), writer)
            while True:
                head, body = await self._packet(reader)
                if head >> 4 == DISCONNECT:
                    will = None
                    break
                self._handle(session, head, Fields(body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if session.writer is writer:
                session.writer = None
            writer.close()
            if will is not None:
                self._spread(*will, 1)

    def _connect(
        self, fields: Fields, writer: asyncio.StreamWriter
    ) -> tuple[Session, tuple[str, bytes] | None]:
        fields.blob()
        fields.number(1)
        flags = fields.number(1)
        fields.number()
        name = fields.blob().decode()
        will = (fields.blob().decode(), fields.blob()) if flags & 4 else None
        is_clean, is_known = bool(flags & 2), name in self.sessions
        session = Session() if is_clean or not is_known else self.sessions[name]
        if session.writer is not None:
            session.writer.close()
        self.sessions[name] = session
        session.writer = writer
        writer.write(packet(0x20, bytes([is_known and not is_clean, 0])))
        for message in list(session.unacknowledged.values()):
            session.deliver(message)
        return session, will

    def _handle(self, session: Session, head: int, fields: Fields) -> None:
        assert session.writer is not None
        kind = head >> 4
        if kind == PUBLISH:
            topic, qos = fields.blob().decode(), head >> 1 & 3
            if qos:
                session.writer.write(packet(0x40, fields.take(2)))
            self._spread(topic, fields.body[fields.place :], qos)
        elif kind == PUBACK:
            session.unacknowledged.pop(fields.number(), None)
        elif kind == SUBSCRIBE:
            number = fields.take(2)
            asked = dict(fields.filters())
            session.filters |= asked
            session.writer.write(packet(0x90, number + bytes(min(qos, 1) for qos in asked.values())))
        elif kind == PINGREQ:
            session.writer.write(packet(0xD0, b""))

    def _spread(self, topic: str, payload: bytes, qos: int) -> None:
        for session in self.sessions.values():
            wanted = [given for name, given in session.filters.items() if topic_matches_sub(name, topic)]
            if wanted:
                session.send(topic, payload, min(qos, max(wanted)))

    @staticmethod
    async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
        head, length, shift = (await reader.readexactly(1))[0], 0, 0
        while True:
            digit = (await reader.readexactly(1))[0]
            length |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                return head, await reader.readexactly(length)


if __name__ == "__main__":
    asyncio.run(SmallBroker().serve(int(sys.argv[1])))

"""The servers of the OPC UA benchmarks, each in a process of its own; a pipe says when to go and what was done.

Belongs here: `pace`, which changes values at a rate, and `pour`, which sends prepared notifications as fast as they
are asked for. Not here: who listens (opcua_clients.py), what is measured (opcua.py, opcua_sustained.py).
"""

import asyncio
import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.connection import Connection
from typing import Any

from asyncua import Server, ua
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.monitored_item_service import MonitoredItemValues
from asyncua.ua.ua_binary import struct_to_binary

NAMESPACE = "urn:tundish:benchmark"
TICK_S = 0.05
PORTION = 2_000


def cpu_s() -> float:
    """Seconds of processor that this process took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def pace(port: int, nodes: int, rate: int, seconds: float, pipe: Connection) -> None:
    """Change `rate` values a second; tells (changed, seconds, seconds of processor)."""
    MonitoredItemValues.set_current_datavalue = _kept  # type: ignore[method-assign]
    asyncio.run(_pace(port, nodes, rate, seconds, pipe))


def pour(port: int, nodes: int, values: int, pipe: Connection) -> None:
    """Send that many values as fast as the client takes them; tells when all are on their way."""
    asyncio.run(_pour(port, nodes, values, pipe))


def _kept(values: MonitoredItemValues, new: ua.DataValue) -> None:
    """As asyncua does it, without a deep copy of every value: here none is changed after it was written."""
    values.old_dvalue, values.current_dvalue = values.current_dvalue, new


async def _started(port: int, nodes: int) -> tuple[Server, list[ua.NodeId]]:
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    index = await server.register_namespace(NAMESPACE)
    line = await server.nodes.objects.add_object(ua.NodeId(1, index), "Line1")
    ids = [
        (await line.add_variable(ua.NodeId(1000 + number, index), f"T{number}", 0.0)).nodeid
        for number in range(nodes)
    ]
    await server.start()
    return server, ids


async def _pace(port: int, nodes: int, rate: int, seconds: float, pipe: Connection) -> None:
    server, ids = await _started(port, nodes)
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    before, started, changed = cpu_s(), time.monotonic(), 0
    while (passed := time.monotonic() - started) < seconds:
        due = int(passed * rate)
        at = datetime.now(UTC)
        while changed < due:
            changed += 1  # so that the first value is none that the nodes had before
            value = ua.DataValue(ua.Variant(float(changed), ua.VariantType.Double), SourceTimestamp=at)
            await server.write_attribute_value(ids[changed % nodes], value)
            if changed % 200 == 0:
                await asyncio.sleep(0)  # a server that is late still answers
        await asyncio.sleep(TICK_S)
    pipe.send((changed, time.monotonic() - started, cpu_s() - before))
    await asyncio.to_thread(pipe.recv)
    await server.stop()


async def _pour(port: int, nodes: int, values: int, pipe: Connection) -> None:
    server, _ = await _started(port, nodes)
    pipe.send("ready")
    await asyncio.to_thread(pipe.recv)
    (subscription,) = server.iserver.subscription_service.subscriptions.values()
    items = subscription.monitored_item_srv._monitored_items.values()
    prepared = list(_notifications([item.client_handle for item in items], values))
    pipe.send("prepared")
    await asyncio.to_thread(pipe.recv)

    def next_of(self: InternalSubscription, result: ua.PublishResult) -> None:
        if self is subscription and prepared:
            result.NotificationMessage.NotificationData.append(prepared.pop(0))

    usual = InternalSubscription.has_published_results
    InternalSubscription._pop_triggered_datachanges = next_of  # type: ignore[method-assign]
    InternalSubscription.has_published_results = lambda self: bool(prepared) or usual(self)  # type: ignore[method-assign]
    await asyncio.to_thread(pipe.recv)
    await server.stop()


def _notifications(handles: list[Any], values: int) -> Iterator[ua.ExtensionObject]:
    """Data change notifications as they go over the wire, built before the clock runs."""
    number, first = count(), datetime(2026, 1, 1, tzinfo=UTC)
    type_id = ua.NodeId(ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary)
    while (sent := next(number) * PORTION) < values:
        notification = ua.DataChangeNotification()
        notification.MonitoredItems = [
            ua.MonitoredItemNotification(handles[n % len(handles)], _value(n, first))
            for n in range(sent, min(sent + PORTION, values))
        ]
        yield ua.ExtensionObject(TypeId=type_id, Body=struct_to_binary(notification))


def _value(number: int, first: datetime) -> ua.DataValue:
    at = first + timedelta(milliseconds=number)
    return ua.DataValue(ua.Variant(float(number), ua.VariantType.Double), SourceTimestamp=at)

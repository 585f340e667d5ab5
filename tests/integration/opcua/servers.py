"""asyncua servers inside the test's own loop, made to be odd: secured, cutting, refusing, without history."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.history import HistoryDict
from asyncua.server.user_managers import UserManager
from cryptography.x509.oid import ExtendedKeyUsageOID

START = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)


class OnlyCollector(UserManager):
    """Lets in collector / s3cret and nobody else."""

    def get_user(self, iserver, username=None, password=None, certificate=None):
        return User(role=UserRole.User) if (username, password) == ("collector", "s3cret") else None


class CuttingHistory(HistoryDict):
    """Gives at most `most` values and, as some servers do, no continuation point."""

    def __init__(self, most: int, *, tells: bool) -> None:
        super().__init__(most)
        self.tells = tells
        self.asked = 0

    async def read_node_history(self, node_id, start, end, nb_values):
        self.asked += 1
        values, point = await super().read_node_history(node_id, start, end, nb_values)
        return values, point if self.tells else None


@asynccontextmanager
async def server_with(
    port: int, tags: int = 3, *, history: HistoryDict | None = None, users: UserManager | None = None
) -> AsyncIterator[tuple[Server, list]]:
    """A server with variables Line1/T0 ... in the open."""
    server = Server(user_manager=users)
    await server.init()
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if history is not None:
        server.iserver.history_manager.set_storage(history)
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    variables = await add_variables(server, tags)
    await server.start()
    try:
        yield server, variables
    finally:
        await server.stop()


async def add_variables(server: Server, tags: int) -> list:
    index = await server.register_namespace("urn:tundish:test")
    line = await server.nodes.objects.add_object(ua.NodeId(1, index), "Line1")
    return [await line.add_variable(ua.NodeId(1000 + i, index), f"T{i}", 0.0) for i in range(tags)]


def recorded(count: int, step: timedelta = timedelta(seconds=1), first: float = 0.0) -> list[ua.DataValue]:
    return [
        ua.DataValue(
            ua.Variant(first + number),
            SourceTimestamp=START + number * step,
            ServerTimestamp=START + number * step,
        )
        for number in range(count)
    ]


def remember(history: HistoryDict, node_id: ua.NodeId, values: Sequence[ua.DataValue]) -> None:
    history._datachanges[node_id] = list(values)
    history._datachanges_period[node_id] = (None, 0)


@asynccontextmanager
async def secured_server(folder: Path, port: int) -> AsyncIterator[tuple[Server, list]]:
    """Basic256Sha256, SignAndEncrypt only, user collector / s3cret, certificate in <folder>/server.der."""
    server = Server(user_manager=OnlyCollector())
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/")
    await server.set_application_uri("urn:tundish:test:server")
    folder.mkdir(parents=True, exist_ok=True)
    await setup_self_signed_certificate(
        folder / "server.pem",
        folder / "server.der",
        "urn:tundish:test:server",
        "127.0.0.1",
        [ExtendedKeyUsageOID.SERVER_AUTH],
        {"organizationName": "Test"},
    )
    await server.load_certificate(str(folder / "server.der"))
    await server.load_private_key(str(folder / "server.pem"))
    server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
    variables = await add_variables(server, 2)
    await server.start()
    try:
        yield server, variables
    finally:
        await server.stop()

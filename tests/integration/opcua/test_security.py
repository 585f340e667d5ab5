"""Encrypted connections: certificates made on first use, a trust list that a person keeps, users with passwords."""

import asyncio
import stat
from pathlib import Path

import pytest
from cryptography import x509

from ingestion.connectors.opcua.connection import connected
from ingestion.connectors.opcua.faults import ConnectionLostError, RefusedByServerError, UntrustedServerError
from ingestion.connectors.opcua.nodes import find_signals
from ingestion.connectors.opcua.options import OpcUaOptions, Selection
from ingestion.connectors.opcua.security import Pki
from tests.integration.opcua.servers import secured_server, server_with
from tests.integration.ports import free_port


def options(port: int, **given: object) -> OpcUaOptions:
    url = f"opc.tcp://127.0.0.1:{port}/"
    return OpcUaOptions(url, (Selection("Objects/Line1/T0"),), user="collector", timeout_s=5, **given)  # type: ignore[arg-type]


async def read_value(given: OpcUaOptions, password: str, pki: Pki) -> float:
    async with connected(given, password, pki) as client:
        (signal,) = (await find_signals(client, given.nodes)).signals
        return float(await client.get_node(signal.node_id).read_value())


def test_a_server_is_refused_until_a_person_trusts_it(tmp_path: Path) -> None:
    async def run() -> None:
        port, pki = free_port(), Pki(tmp_path / "pki")
        async with secured_server(tmp_path / "server", port):
            with pytest.raises(
                UntrustedServerError, match=r"is not trusted.*move .*rejected.* to .*trusted"
            ) as error:
                await read_value(options(port), "s3cret", pki)
            (rejected,) = pki.rejected.iterdir()
            assert rejected.stem == error.value.fingerprint
            rejected.rename(pki.trusted / rejected.name)
            assert await read_value(options(port), "s3cret", pki) == 0.0

    asyncio.run(run())


def test_own_certificate_is_made_once_and_its_key_is_private(tmp_path: Path) -> None:
    pki = Pki(tmp_path / "pki")
    uri = pki.prepare("urn:plant:collector")
    made = pki.certificate_path.read_bytes()
    assert uri == pki.prepare() == "urn:plant:collector"
    assert pki.certificate_path.read_bytes() == made
    assert stat.S_IMODE(pki.key_path.stat().st_mode) == 0o600
    certificate = x509.load_der_x509_certificate(made)
    assert certificate.signature_hash_algorithm is not None
    assert certificate.signature_hash_algorithm.name == "sha256"
    assert certificate.public_key().key_size == 2048


def test_a_wrong_password_is_told_as_such(tmp_path: Path) -> None:
    async def run() -> None:
        port, pki = free_port(), Pki(tmp_path / "pki")
        pki.prepare()
        async with secured_server(tmp_path / "server", port):
            (pki.trusted / "server.der").write_bytes((tmp_path / "server" / "server.der").read_bytes())
            with pytest.raises(RefusedByServerError, match=r"check user and password.*cert\.der"):
                await read_value(options(port), "wrong", pki)

    asyncio.run(run())


def test_a_server_in_the_open_is_not_taken_for_a_secured_one(tmp_path: Path) -> None:
    async def run() -> None:
        port = free_port()
        async with server_with(port):
            with pytest.raises(RefusedByServerError, match="no endpoint with Basic256Sha256, SignAndEncrypt"):
                await read_value(options(port), "s3cret", Pki(tmp_path / "pki"))

    asyncio.run(run())


def test_no_server_is_worth_another_try(tmp_path: Path) -> None:
    with pytest.raises(ConnectionLostError, match="the collector tries again") as error:
        asyncio.run(read_value(options(free_port()), "s3cret", Pki(tmp_path / "pki")))
    assert error.value.retryable

"""One session with an OPC UA server: security, user, and errors that say what to do.

Belongs here: making and opening a client as the options say. Not here: subscriptions (subscribing.py), trying again
after a loss (collector.py).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from asyncua import Client, ua
from asyncua.crypto import security_policies, uacrypto
from cryptography.hazmat.primitives.serialization import Encoding

from ingestion.connectors.opcua.faults import ConnectionLostError, RefusedByServerError
from ingestion.connectors.opcua.options import OpcUaOptions
from ingestion.connectors.opcua.security import Pki

_SESSION_MS = 60_000
_LOST = (OSError, asyncio.TimeoutError, ua.UaError)
_REFUSED = (
    ua.StatusCodes.BadIdentityTokenRejected,
    ua.StatusCodes.BadIdentityTokenInvalid,
    ua.StatusCodes.BadUserAccessDenied,
    ua.StatusCodes.BadSecurityChecksFailed,
    ua.StatusCodes.BadCertificateUntrusted,
    ua.StatusCodes.BadCertificateInvalid,
    ua.StatusCodes.BadCertificateUriInvalid,
    ua.StatusCodes.BadSecurityPolicyRejected,
    ua.StatusCodes.BadSecurityModeRejected,
)


@asynccontextmanager
async def connected(options: OpcUaOptions, password: str, pki: Pki) -> AsyncIterator[Client]:
    """An open session, closed at the end also if the network is gone.

    UntrustedServerError, RefusedByServerError (user, certificate or mode: a person must act) and
    ConnectionLostError (worth another try).
    """
    client = Client(options.url, timeout=options.timeout_s, watchdog_intervall=options.keepalive_s)
    client.name = client.description = "Tundish collector"
    client.session_timeout = _SESSION_MS
    if options.user:
        client.set_user(options.user)
        client.set_password(password)
    try:
        await _secure(client, options, pki)
        await client.connect()
    except _LOST as error:
        await _close(client)
        raise _explained(options, pki, error) from error
    try:
        yield client
    finally:
        await _close(client)


async def _secure(client: Client, options: OpcUaOptions, pki: Pki) -> None:
    if options.security == "None":
        return
    client.application_uri = pki.prepare(options.application_uri)
    policy = getattr(security_policies, f"SecurityPolicy{options.policy}")
    mode = getattr(ua.MessageSecurityMode, options.security)
    endpoints = await client.connect_and_get_server_endpoints()
    endpoint = Client.find_endpoint(endpoints, mode, policy.URI)
    # The certificate is checked before anything is encrypted for it, a password above all.
    certificate = uacrypto.x509_from_der(endpoint.ServerCertificate)
    pki.check_server(certificate, options.url)
    theirs = uacrypto.CertProperties(certificate.public_bytes(Encoding.DER), "der")
    await client.set_security(
        policy, str(pki.certificate_path), str(pki.key_path), server_certificate=theirs, mode=mode
    )


async def _close(client: Client) -> None:
    """Leave politely where that is possible, at once where it is not."""
    with suppress(*_LOST):
        await asyncio.wait_for(client.disconnect(), timeout=2.0)
    client.disconnect_socket()


def _explained(options: OpcUaOptions, pki: Pki, error: Exception) -> Exception:
    code = getattr(error, "code", None)
    if code in _REFUSED:
        own = pki.certificate_path
        step = (
            f"check user and password, and let the server trust {own}."
            if own.exists()
            else "check user and password."
        )
        return RefusedByServerError(options.url, str(error), step)
    if "No matching endpoints" in str(error):
        offered = f"the server has no endpoint with {options.policy}, {options.security}"
        step = "enable it at the server, or set security and policy of the connection."
        return RefusedByServerError(options.url, offered, step)
    return ConnectionLostError(options.url, str(error) or type(error).__name__)

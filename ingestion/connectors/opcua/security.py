"""Certificates of an OPC UA client as the field handles them: a folder with own/, trusted/ and rejected/.

Own key and certificate are made on first use (RSA 2048, SHA-256, with the application URI, as OPC 10000-6 6.2.2 asks).
A server is trusted if its certificate, or the one that signed it, lies in trusted/ and is in date; else it is put
into rejected/, from where a person moves it to trusted/ after comparing the fingerprint. Nothing is trusted on its own.
Does not belong here: which mode a connection uses (options.py), passwords (secrets.py).
"""

import datetime as dt
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ingestion.connectors.opcua.faults import UntrustedServerError

_DAYS_VALID = 3650
_SUFFIXES = (".der", ".pem", ".crt", ".cer")


@dataclass(frozen=True)
class Pki:
    """The folder. Its parts are made when they are needed."""

    folder: Path

    @property
    def certificate_path(self) -> Path:
        """Own certificate (DER), to be trusted by the server's operator."""
        return self.folder / "own" / "cert.der"

    @property
    def key_path(self) -> Path:
        """Own private key (PEM), readable by its owner only."""
        return self.folder / "own" / "key.pem"

    @property
    def trusted(self) -> Path:
        """Certificates of servers, or of their authorities, that a person has put there."""
        return self.folder / "trusted"

    @property
    def rejected(self) -> Path:
        """Certificates of servers that were refused."""
        return self.folder / "rejected"

    def prepare(self, application_uri: str = "") -> str:
        """Make what is missing; returns the application URI of the own certificate."""
        for part in (self.certificate_path.parent, self.trusted, self.rejected):
            part.mkdir(parents=True, exist_ok=True)
        if not self.certificate_path.exists() or not self.key_path.exists():
            self._make_own(application_uri or f"urn:{socket.gethostname()}:tundish:collector")
        own = x509.load_der_x509_certificate(self.certificate_path.read_bytes())
        names = own.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return str(names.get_values_for_type(x509.UniformResourceIdentifier)[0])

    def check_server(self, certificate: x509.Certificate, url: str) -> None:
        """UntrustedServerError unless the certificate is trusted and in date; a refused one lands in rejected/."""
        now = dt.datetime.now(dt.UTC)
        trusted = self._trusted_certificates()
        if not (certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc):
            problem = f"is out of date (valid to {certificate.not_valid_after_utc:%Y-%m-%d})"
        elif certificate in trusted or any(_issued(certificate, authority, now) for authority in trusted):
            return
        else:
            problem = "is not trusted"
        fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
        target = self.rejected / f"{fingerprint}.der"
        target.write_bytes(certificate.public_bytes(Encoding.DER))
        raise UntrustedServerError(url, problem, fingerprint, target, self.trusted)

    def _trusted_certificates(self) -> list[x509.Certificate]:
        files = [path for path in sorted(self.trusted.iterdir()) if path.suffix.lower() in _SUFFIXES]
        return [_load(path) for path in files]

    def _make_own(self, application_uri: str) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = _self_signed(key, application_uri)
        handle = os.open(self.key_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self.certificate_path.write_bytes(certificate.public_bytes(Encoding.DER))


def _self_signed(key: rsa.RSAPrivateKey, application_uri: str) -> x509.Certificate:
    host = socket.gethostname()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Tundish collector@{host}"[:64])])
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    names = [x509.UniformResourceIdentifier(application_uri), x509.DNSName(host)]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=_DAYS_VALID))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _issued(certificate: x509.Certificate, authority: x509.Certificate, now: dt.datetime) -> bool:
    """True if an authority in trusted/ signed the certificate."""
    try:
        limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.verify_directly_issued_by(authority)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return limits.ca and authority.not_valid_before_utc <= now <= authority.not_valid_after_utc


def _load(path: Path) -> x509.Certificate:
    content = path.read_bytes()
    if content.lstrip().startswith(b"-----"):
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)

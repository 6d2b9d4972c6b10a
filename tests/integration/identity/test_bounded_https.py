"""Over https only who is vouched for is asked, by the name that the address has."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.patience import PATIENCE_SECONDS
from understudy.adapters.identity.bounded_http import BoundedHttp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkeys"


def certificate(folder: Path, address: str) -> Path:
    """Write a key and a certificate that it has signed for itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a provider")])
    named = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(named, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "certificate.pem"
    path.write_bytes(secret + built.public_bytes(Encoding.PEM))
    return path


@contextmanager
def answering(path: Path) -> Iterator[str]:
    """Answer one request over TLS; gives the address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with suppress(OSError), context.wrap_socket(line, server_side=True) as client:
                client.recv(65_536)
                client.sendall(ANSWER)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/keys"
        thread.join(PATIENCE_SECONDS)


def test_who_is_vouched_for_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with answering(path) as url:
        assert BoundedHttp(url, "a provider's keys").get() == b"keys"


def test_whom_nobody_vouches_for_is_not_asked(tmp_path: Path) -> None:
    with (
        answering(certificate(tmp_path, "127.0.0.1")) as url,
        pytest.raises(ValueError, match="no whole answer"),
    ):
        BoundedHttp(url, "a provider's keys").get()


def test_a_certificate_for_another_name_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, "127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))

    with answering(path) as url, pytest.raises(ValueError, match="no whole answer"):
        BoundedHttp(url, "a provider's keys").get()

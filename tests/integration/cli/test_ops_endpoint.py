"""Where the cloud's address is missing or wrong, that is said first: it is the likely slip."""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

import pytest

from cli.app import main
from tests.integration.serving import serving

if TYPE_CHECKING:
    from pathlib import Path

LIST = ["ops", "dead-letters", "list"]
pytestmark = pytest.mark.integration
VARIABLES = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE")


class NoCloud(BaseHTTPRequestHandler):
    """Answers everything as a web page would."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>a venue</p>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def refused(capsys: pytest.CaptureFixture[str], code: str) -> None:
    assert main(LIST) == 1
    first, remedy = capsys.readouterr().err.splitlines()
    assert first.startswith(f"error {code}: ")
    assert "`make up` export the AWS_ENDPOINT_URL that it says" in remedy


def test_no_address_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    refused(capsys, "AWS_REGION")


@pytest.mark.parametrize(
    "address",
    [
        "foo",
        "127.0.0.1:4566",
        "http://",
        "ftp://127.0.0.1",
        "http://127.0.0.1:port",
        "http://[::1",
    ],
)
def test_what_is_no_address(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    refused(capsys, "ENDPOINT_INVALID")


def test_an_address_where_something_else_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(NoCloud) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        refused(capsys, "ENDPOINT_NOT_AWS")


def test_an_address_where_nothing_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{bound.getsockname()[1]}")
        refused(capsys, "CLOUD_UNAVAILABLE")

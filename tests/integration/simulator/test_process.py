"""The venue as a process: its start, its end, and its books in between."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from eth_account import Account
from hyperliquid.exchange import Exchange

from simulators.hyperliquid.persistence.snapshot import read_snapshot
from simulators.hyperliquid.persistence.store import FILLS, SNAPSHOT
from simulators.hyperliquid.server import TICKS_PER_SECOND
from tests.patience import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.integration

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "simulators/hyperliquid/recordings/sample.json.gz"
WALLET = Account.from_key(b"\1" * 32)
IOC = {"limit": {"tif": "Ioc"}}
BUY = True
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators.hyperliquid", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"


def buy(url: str) -> None:
    account = {"address": WALLET.address, "usdc": "1000"}
    requests.post(f"{url}/_simulator/accounts", json=account, timeout=PATIENCE_SECONDS)
    answer = Exchange(WALLET, url).order("ETH", BUY, 0.1, 1950, IOC)
    assert answer["status"] == "ok"


def books(url: str) -> Any:
    content = requests.get(f"{url}/_simulator/books", timeout=PATIENCE_SECONDS).json()
    return content["accounts"].get(WALLET.address.lower())


def saved_fills(folder: Path) -> int:
    """Say how much of the fills the books on disk count as theirs."""
    path = folder / SNAPSHOT
    return read_snapshot(json.loads(path.read_bytes())).log_bytes[FILLS] if path.exists() else 0


def test_sigterm_ends_cleanly_and_the_books_are_there_again(start: Start, tmp_path: Path) -> None:
    first = start("--state", str(tmp_path))
    url = url_of(first)
    buy(url)
    before = books(url)
    first.send_signal(signal.SIGTERM)

    _, err = first.communicate(timeout=PATIENCE_SECONDS)
    assert (first.returncode, err) == (0, "")
    assert books(url_of(start("--state", str(tmp_path)))) == before
    assert not list(tmp_path.glob("*.new"))


def test_a_crash_loses_at_most_a_second(start: Start, tmp_path: Path) -> None:
    first = start("--state", str(tmp_path))
    buy(url_of(first))
    eventually(lambda: saved_fills(tmp_path))
    first.kill()
    first.communicate()

    assert TICKS_PER_SECOND >= 1  # each of them saves
    assert books(url_of(start("--state", str(tmp_path))))["positions"] == {"ETH": "0.1"}


def test_a_port_in_use_is_told_in_plain_words(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]))
        out, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, out) == (1, "")
    assert "choose another --port" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--recording", "/nowhere.json"), "cannot read"),
        (("--recording", str(Path(__file__))), "truncated or no JSON"),
        (("--recording", str(SAMPLE), "--leader", "nobody"), "choose a leader"),
        (("--state", "/proc/books"), "choose another folder with --state"),
    ],
)
def test_a_start_that_cannot_be_is_told_in_plain_words(
    start: Start, arguments: tuple[str, ...], says: str
) -> None:
    process = start(*arguments)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)

    assert (process.returncode, out) == (1, "")
    assert says in err
    assert "Traceback" not in err


def test_a_recording_waits_until_it_is_started(start: Start) -> None:
    url = url_of(start("--recording", str(SAMPLE), "--equity", "5000"))

    view = requests.get(f"{url}/_simulator/replay", timeout=PATIENCE_SECONDS).json()

    assert (view["state"], view["total_trades"], view["leader"]) == ("idle", 121, "sample")


def test_a_leader_keeps_its_books_over_a_restart_until_the_next_start(
    start: Start, tmp_path: Path
) -> None:
    arguments = ("--recording", str(SAMPLE), "--state", str(tmp_path))
    first = start(*arguments)
    url = url_of(first)
    begun = begin(url, "1000", 3)
    leader, released = begun["leader_address"], begun["total_fills"]
    assert fills_of(url, leader, released) == released
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=PATIENCE_SECONDS)

    url = url_of(start(*arguments))
    assert fills_of(url, leader, released) == released
    assert begin(url, "1", 1)["total_fills"] < released
    assert fills_of(url, leader, 1) == 1


def begin(url: str, speed: str, limit: int) -> Any:
    body: Any = {"speed": speed, "limit": limit}
    return requests.post(
        f"{url}/_simulator/replay/start", json=body, timeout=PATIENCE_SECONDS
    ).json()


def fills_of(url: str, leader: str, expected: int) -> int:
    page = f"{url}/_simulator/books?user={leader}"

    def found() -> int:
        view = requests.get(page, timeout=PATIENCE_SECONDS).json()
        return len(view["accounts"][leader]["fills"])

    eventually(lambda: found() == expected)
    return found()


def test_with_a_speed_the_replay_starts_at_once(start: Start) -> None:
    url = url_of(start("--recording", str(SAMPLE), "--speed", "max"))

    assert (
        requests.get(f"{url}/_simulator/replay", timeout=PATIENCE_SECONDS).json()["state"]
        == "running"
    )
    assert (
        requests.get(f"{url}/_simulator/health", timeout=PATIENCE_SECONDS).json()["rate_limits"]
        == "off"
    )


def test_the_address_of_the_test_bench_leads_to_its_routes(start: Start) -> None:
    told = requests.get(f"{url_of(start())}/_simulator/", timeout=PATIENCE_SECONDS).json()

    assert "POST /_simulator/replay/load" in told["routes"]
    assert (ROOT / told["fields"]).is_file()

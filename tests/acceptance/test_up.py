"""`understudy up` runs until Ctrl-C, leaves no process behind, and goes on where it stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests

from cli.client import ApiClient
from cli.followers import public_key_of
from cli.places import ROOT
from cli.system import SIGN_IN
from cli.venue_bench import VenueBench
from tests.acceptance.listening import listening_addresses
from tests.acceptance.running import Run
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

KEY = public_key_of(2)
READY = "Ctrl-C stops everything"
PROVIDERS = {"privy": "/v1/auth/privy", "dynamic": "/v1/auth/dynamic/verify"}


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give one state folder, for every run of this module in turn."""
    return tmp_path_factory.mktemp("up") / "state"


@pytest.fixture
def system(tmp_path: Path, state: Path) -> Iterator[Run]:
    with Run(tmp_path / "run", "up", "--state", state) as run:
        run.await_words(READY)
        yield run


def client_of(run: Run) -> ApiClient:
    client = ApiClient(run.address("API"), SIGN_IN)
    client.sign_in(KEY)
    return client


def what_a_user_sees(run: Run, client: ApiClient) -> dict[str, Any]:
    books = VenueBench(run.address("venue")).look(f"books?user={KEY.address.lower()}")
    return {
        "me": client.me(),
        "agents": books["accounts"][KEY.address.lower()]["agents"],
        "addresses": [run.address(name) for name in ("API", "venue", "providers")],
        "at providers": [wallet_at(run, provider) for provider in PROVIDERS],
    }


def wallet_at(run: Run, provider: str) -> str:
    """Sign in with the tokens of a provider at the address that was said; gives the wallet's id."""
    address = "0x" + provider.encode().hex().ljust(40, "0")
    tokens = requests.post(
        f"{run.address('providers')}/_simulator/{provider}/tokens",
        json={"subject": "alice", "wallets": [{"address": address, "embedded": True}]},
        timeout=PATIENCE_SECONDS,
    )
    tokens.raise_for_status()
    client = ApiClient(run.address("API"), SIGN_IN)
    return str(client.call("POST", PROVIDERS[provider], tokens.json())["wallet"]["wallet_id"])


def first_follow(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "docs" / "first_follow.py", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_SECONDS,
        check=False,
    )


def test_the_documented_first_follow_copies_the_recorded_leader_again_and_again(
    system: Run,
) -> None:
    addresses = system.address("API"), system.address("venue")
    first = first_follow(*addresses)
    VenueBench(addresses[1]).command("replay/stop")
    client = ApiClient(addresses[0], SIGN_IN)
    client.sign_in(public_key_of(1))
    [agent] = client.call("GET", "/v1/agents")["items"]
    client.revoke_agent(agent["agent_id"])  # which pauses the follow
    again = first_follow(*addresses)

    follows = set()
    for run in (first, again):
        assert run.returncode == 0, run.stderr
        follows.add(re.findall(r"^follow ([0-9a-f]{32}) ACTIVE$", run.stdout, re.MULTILINE)[0])
        assert len(re.findall(r"^\d+ \S+ \w+ DONE", run.stdout, flags=re.MULTILINE)) >= 1
    assert len(follows) == 1
    interrupted(system)


def test_the_documented_first_follow_says_how_it_is_used_and_what_is_wrong() -> None:
    unused, unreachable = first_follow(), first_follow("http://127.0.0.1:9", "http://127.0.0.1:9")

    assert unused.stderr.startswith("usage: ")
    assert unreachable.stderr.startswith("error SIMULATOR_UNREACHABLE: ")
    assert (
        "\nremedy: see that its system is up, and that this is the venue's address"
        in unreachable.stderr
    )
    assert unreachable.stderr.endswith(unused.stderr)
    assert {unused.returncode, unreachable.returncode} == {1}

    wrong = first_follow("http://127.0.0.1:port", "http://127.0.0.1:9")
    assert wrong.stderr.startswith("error ADDRESS_INVALID: ")


def interrupted(run: Run) -> None:
    assert len(run.processes()) > len(("command", "venue", "emulator"))
    run.interrupt()
    assert run.end() == 0, run.said
    assert run.said.endswith("stopped; the state is kept\n")
    run.assert_nothing_left()


def test_the_next_run_goes_on_with_the_same_state(tmp_path: Path, state: Path, system: Run) -> None:
    VenueBench(system.address("venue")).command("accounts", address=KEY.address, usdc="1000")
    client = client_of(system)
    client.confirm_agent(client.enable_agent("understudy"), KEY)
    before = what_a_user_sees(system, client)
    log = state / "cloud" / "emulator.log"
    warned = log.read_text(encoding="utf-8")
    interrupted(system)
    assert log.read_text(encoding="utf-8") == warned  # the stop itself is nothing to warn of
    assert {"cloud", "venue", "ports.json"} <= {entry.name for entry in state.iterdir()}

    with Run(tmp_path / "again", "up", "--state", state) as again:
        again.await_words(READY)
        client.refresh()  # the session outlived the restart
        after = what_a_user_sees(again, client)
        interrupted(again)

    assert before["agents"]
    assert all(before["at providers"])
    assert after == before


def test_a_second_one_on_the_same_state_is_told_where_the_first_is(
    tmp_path: Path, state: Path, system: Run
) -> None:
    emulator = system.address("AWS_ENDPOINT_URL=")
    with Run(tmp_path / "second", "up", "--state", state) as second:
        assert second.end() == 1
        assert second.processes() == []

    assert "error ALREADY_RUNNING: " in second.said
    assert f" is in use by process {system.process.pid}; " in second.said
    assert emulator in second.said
    assert "stop it (Ctrl-C where it runs)" in second.said
    assert "Traceback" not in second.said
    client_of(system).me()


def test_nothing_is_left_of_one_that_was_killed(state: Path, system: Run) -> None:
    os.kill(system.process.pid, signal.SIGKILL)
    system.end()

    system.assert_nothing_left(state)


def test_every_port_of_the_system_is_on_127_0_0_1(system: Run) -> None:
    addresses = listening_addresses(system.processes())

    assert len(addresses) >= len(("venue", "emulator"))
    assert {host for host, _ in addresses} == {"127.0.0.1"}

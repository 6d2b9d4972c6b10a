"""Signing in at the stand-in providers over the deployed API: same user, one session, no merge.

A provider signs with a new key, falls silent and comes back, as it may while all runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from cli.client import ApiError
from tests.patience import PATIENCE_SECONDS, eventually
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.system import System

pytestmark = pytest.mark.integration
PATHS = {"privy": "/v1/auth/privy", "dynamic": "/v1/auth/dynamic/verify"}


@pytest.fixture
def heard_again(running: System) -> Iterator[None]:
    yield
    for provider in PATHS:
        command(running, f"{provider}/outage", kind="none")


def command(running: System, page: str, **fields: Any) -> Any:
    url = f"{running.identity_url}/_simulator/{page}"
    answer = requests.post(url, json=fields, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    return answer.json()


def tokens(running: System, provider: str, subject: str, address: str) -> dict[str, str]:
    wallets = [{"address": address, "embedded": True}]
    given: dict[str, str] = command(running, f"{provider}/tokens", subject=subject, wallets=wallets)
    return given


def entered(running: System, provider: str, subject: str, address: str) -> dict[str, Any]:
    sent = tokens(running, provider, subject, address)
    return running.client().call("POST", PATHS[provider], sent)


@pytest.mark.parametrize(("provider", "address"), [("privy", "0x" + "d1" * 20),
                                                   ("dynamic", "0x" + "d2" * 20)])  # fmt: skip
def test_a_user_of_a_provider_gets_in_and_comes_back(
    running: System, provider: str, address: str
) -> None:
    first = entered(running, provider, "alice", address)
    second = entered(running, provider, "alice", address)

    assert first["wallet"]["address"] == address
    assert second["wallet"]["wallet_id"] == first["wallet"]["wallet_id"]
    refresh = {"refresh_token": second["refresh_token"]}
    assert running.client().call("POST", "/v1/auth/refresh", refresh)["access_token"]


def test_an_address_of_another_user_is_refused(running: System) -> None:
    entered(running, "privy", "bob", "0x" + "d3" * 20)

    with pytest.raises(ApiError) as caught:
        entered(running, "dynamic", "mallory", "0x" + "d3" * 20)

    assert (caught.value.status, caught.value.code) == (409, "ADDRESS_IN_USE")


@pytest.mark.usefixtures("heard_again")
@pytest.mark.parametrize(("provider", "address"), [("privy", "0x" + "d4" * 20),
                                                   ("dynamic", "0x" + "d5" * 20)])  # fmt: skip
def test_a_provider_may_change_its_key_fall_silent_and_come_back(
    running: System, provider: str, address: str
) -> None:
    def said_to(sent: dict[str, str]) -> str:
        try:
            running.client().call("POST", PATHS[provider], sent)
        except ApiError as refused:
            return refused.code
        return "come in"

    def said() -> str:
        return said_to(tokens(running, provider, "carol", address))

    stage, taken_back = Stage(running), tokens(running, provider, "carol", address)
    command(running, f"{provider}/rotate", keep_old=False)
    stage.restart("ApiFunction")  # one that has just asked waits half a minute for a strange key
    assert said() == "come in"
    assert said_to(taken_back) == "PROVIDER_TOKEN_INVALID"

    command(running, f"{provider}/outage", kind="error")
    assert said() == "come in", "the keys that are known are kept"
    stage.restart("ApiFunction")
    assert said() == "PROVIDER_UNAVAILABLE"

    command(running, f"{provider}/outage", kind="none")
    eventually(lambda: said() == "come in")

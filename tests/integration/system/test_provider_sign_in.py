"""Signing in at the stand-in providers over the deployed API: same user, one session, no merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from cli.client import ApiError
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from cli.system import System

pytestmark = pytest.mark.integration
PATHS = {"privy": "/v1/auth/privy", "dynamic": "/v1/auth/dynamic/verify"}


def tokens(running: System, provider: str, subject: str, address: str) -> dict[str, str]:
    user: Any = {"subject": subject, "wallets": [{"address": address, "embedded": True}]}
    page = f"{running.identity_url}/_simulator/{provider}/tokens"
    answer = requests.post(page, json=user, timeout=PATIENCE_SECONDS)
    answer.raise_for_status()
    given: dict[str, str] = answer.json()
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

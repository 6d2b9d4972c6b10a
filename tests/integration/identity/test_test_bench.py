"""The providers' test bench says what to write; their tokens are what a JWT library takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from cli.places import ROOT
from simulators.identity import provider as stand_in
from simulators.identity.thread import IdentityProviders
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from tests.integration.identity.conftest import Bench

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("nobody/tokens", {"subject": "alice"}),
        ("privy/tokens", {}),
        ("privy/tokens", {"subject": 5}),
        ("privy/tokens", {"subject": "alice", "wallets": ["0x"]}),
        ("privy/tokens", {"subject": "alice", "wallets": {}}),
        ("privy/tokens", {"subject": "alice", "claims": []}),
        ("privy/tokens", {"subject": "alice", "unknown": 1}),
        ("privy/rotate", {"keep_old": "no"}),
        ("dynamic/outage", {"kind": "flood"}),
        ("dynamic/outage", []),
    ],
)
def test_what_cannot_be_done_is_answered_with_what_to_write(
    bench: Bench, page: str, fields: Any
) -> None:
    answer = requests.post(bench.page(page), json=fields, timeout=PATIENCE_SECONDS)

    assert answer.status_code == 400
    assert "must" in answer.json()["error"]


@pytest.mark.parametrize(
    ("provider", "token", "audience"),
    [
        ("privy", "access_token", stand_in.PRIVY_APP_ID),
        ("privy", "identity_token", stand_in.PRIVY_APP_ID),
        ("dynamic", "token", stand_in.DYNAMIC_AUDIENCE),
    ],
)
def test_a_jwt_library_takes_the_tokens(
    bench: Bench, provider: str, token: str, audience: str
) -> None:
    given = bench.command(f"{provider}/tokens", subject="alice")[token]

    key = jwt.PyJWKClient(bench.providers.key_set_url(provider)).get_signing_key_from_jwt(given)
    claims = jwt.decode(given, key, ["ES256", "RS256"], audience=audience)

    assert claims["sub"] == "alice"


def test_a_taken_port_is_said_so(bench: Bench) -> None:
    with pytest.raises(OSError, match="address already in use"):
        IdentityProviders(bench.providers.port).__enter__()


def test_a_next_run_takes_the_same_port_with_other_keys(bench: Bench) -> None:
    old = requests.get(bench.providers.key_set_url("privy"), timeout=PATIENCE_SECONDS).json()
    bench.providers.__exit__(None, None, None)

    with IdentityProviders(bench.providers.port) as again:
        assert again.url == bench.providers.url
        assert requests.get(again.key_set_url("privy"), timeout=PATIENCE_SECONDS).json() != old


def test_the_address_of_the_test_bench_leads_to_its_routes(bench: Bench) -> None:
    told = requests.get(f"{bench.providers.url}/_simulator/", timeout=PATIENCE_SECONDS).json()

    assert "POST /_simulator/{provider}/tokens" in told["routes"]
    assert (ROOT / told["fields"]).is_file()

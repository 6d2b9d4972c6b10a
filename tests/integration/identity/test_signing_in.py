"""Signing in at both providers over their own key sets: rotation, outage, one question at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.identity import provider as stand_in
from tests.fakes.api import Answer, ApiWorld
from understudy.adapters.clock import SystemClock
from understudy.runtime.identity_providers import identity_providers

if TYPE_CHECKING:
    from tests.integration.identity.conftest import Bench

pytestmark = pytest.mark.integration
ADDRESS = "0x" + "Ab" * 20
PATHS = {"privy": "/v1/auth/privy", "dynamic": "/v1/auth/dynamic/verify"}
BOTH = pytest.mark.parametrize("provider", PATHS)


@pytest.fixture
def api(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> ApiWorld:
    settings = {
        "PRIVY_JWKS_URL": bench.providers.key_set_url("privy"),
        "PRIVY_APP_ID": stand_in.PRIVY_APP_ID,
        "PRIVY_ISSUER": stand_in.PRIVY_ISSUER,
        "PRIVY_MAX_AGE_SECONDS": "300",
        "DYNAMIC_JWKS_URL": bench.providers.key_set_url("dynamic"),
        "DYNAMIC_ISSUER": stand_in.DYNAMIC_ISSUER,
        "DYNAMIC_AUDIENCE": stand_in.DYNAMIC_AUDIENCE,
        "DYNAMIC_MAX_AGE_SECONDS": "300",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    api = ApiWorld(providers=dict(identity_providers()))
    api.world.clock.move_to(SystemClock().now_ms())
    return api


def tokens(bench: Bench, provider: str, subject: str = "alice", **more: Any) -> dict[str, str]:
    wallets = [{"address": ADDRESS, "embedded": True}]
    user = {"subject": subject, "wallets": wallets, **more}
    given: dict[str, str] = bench.command(f"{provider}/tokens", **user)
    return given


def entered(api: ApiWorld, provider: str, sent: dict[str, str]) -> Answer:
    return api.request("POST", PATHS[provider], sent)


@BOTH
def test_a_user_of_the_provider_gets_in_and_comes_back(
    bench: Bench, api: ApiWorld, provider: str
) -> None:
    first = entered(api, provider, tokens(bench, provider))
    second = entered(api, provider, tokens(bench, provider))

    assert first.status == second.status == 200, (first.body, second.body)
    assert first.body["wallet"]["address"] == ADDRESS.lower()
    assert first.body["wallet"]["kind"] == f"{provider.upper()}_EMBEDDED"
    assert second.body["wallet"]["user_id"] == first.body["wallet"]["user_id"]
    assert bench.requests_for(provider) == 1


def test_one_address_at_both_providers_is_a_conflict(bench: Bench, api: ApiWorld) -> None:
    assert entered(api, "privy", tokens(bench, "privy")).status == 200

    answer = entered(api, "dynamic", tokens(bench, "dynamic"))

    assert (answer.status, answer.code) == (409, "ADDRESS_IN_USE")


@BOTH
def test_the_keys_that_are_known_outlive_an_outage(
    bench: Bench, api: ApiWorld, provider: str
) -> None:
    assert entered(api, provider, tokens(bench, provider)).status == 200

    bench.command(f"{provider}/outage", kind="error")

    assert entered(api, provider, tokens(bench, provider)).status == 200


@BOTH
def test_a_provider_that_never_answered_is_a_503(
    bench: Bench, api: ApiWorld, provider: str
) -> None:
    bench.command(f"{provider}/outage", kind="error")

    answer = entered(api, provider, tokens(bench, provider))

    assert (answer.status, answer.code) == (503, "PROVIDER_UNAVAILABLE")


@BOTH
def test_a_flood_of_strange_keys_asks_once(bench: Bench, api: ApiWorld, provider: str) -> None:
    good = tokens(bench, provider)
    assert entered(api, provider, good).status == 200
    bench.command(f"{provider}/rotate", keep_old=False)

    for _ in range(20):
        answer = entered(api, provider, tokens(bench, provider))
        assert (answer.status, answer.code) == (401, "PROVIDER_TOKEN_INVALID")

    assert bench.requests_for(provider) == 1  # half a minute is not over yet
    assert entered(api, provider, good).status == 200


def test_a_token_for_another_site_does_not_get_in(bench: Bench, api: ApiWorld) -> None:
    stolen = tokens(bench, "dynamic", claims={"aud": "https://evil.test"})
    half_done = tokens(bench, "dynamic", claims={"scope": None})

    assert entered(api, "dynamic", stolen).code == "PROVIDER_TOKEN_INVALID"
    assert entered(api, "dynamic", half_done).code == "PROVIDER_SIGN_IN_INCOMPLETE"

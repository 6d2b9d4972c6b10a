"""What an agent signs at most: shown to its owner, narrowed for the asking, widened by signing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import market
from tests.fakes.identity import BOB
from tests.unit.api.test_symbols import with_markets

if TYPE_CHECKING:
    from tests.fakes.api import Answer, ApiWorld


def changed(api: ApiWorld, token: str, agent_id: str, **changes: Any) -> Answer:
    amounts = {"max_order_notional_usdc": "500", "max_daily_notional_usdc": "1000"}
    body = {**amounts, "max_leverage": 5, "price_band_bps": 100, **changes}
    return api.request("PUT", f"/v1/agents/{agent_id}/bounds", body, token)


def shown(api: ApiWorld, token: str, agent_id: str) -> dict[str, Any]:
    answer = api.request("GET", f"/v1/agents/{agent_id}/bounds", None, token)
    return dict(answer.body["bounds"])


def test_bounds_are_narrowed_for_the_asking(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)

    assert changed(api, token, agent_id).status == 200

    assert shown(api, token, agent_id)["max_order_notional_usdc"] == "500"


def test_wider_bounds_come_back_with_the_text_to_sign(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)
    before = shown(api, token, agent_id)

    asked = changed(api, token, agent_id, max_leverage=20).body

    assert (asked["to_sign"], asked["valid_until_ms"]) == ("agree", 1)
    assert asked["bounds"] == before
    wider = {"max_leverage": 20, "valid_until_ms": 1}
    assert changed(api, token, agent_id, **wider, signature="other").code == "SIGNING_REFUSED"
    assert changed(api, token, agent_id, **wider, signature="agreed").status == 200
    assert shown(api, token, agent_id)["max_leverage"] == 20


def test_somebody_elses_agent_has_no_bounds(api: ApiWorld, token: str) -> None:
    agent_id, other = api.delegate(token), api.token(BOB)

    looked = api.request("GET", f"/v1/agents/{agent_id}/bounds", None, other)

    assert (looked.status, looked.code) == (404, "AGENT_NOT_FOUND")
    assert changed(api, other, agent_id).code == "AGENT_NOT_FOUND"
    assert api.keys.bounded == {}


@pytest.mark.parametrize("given", ["symbols_deny", "symbols_allow"])
def test_bounds_name_markets_as_they_are_spelt(api: ApiWorld, token: str, given: str) -> None:
    agent_id = api.delegate(token)

    refused = changed(api, token, agent_id, **{given: ["BTC", "Eth"]})

    assert (refused.status, refused.code) == (400, "INVALID_BOUNDS")
    assert f"{given}: there is no market 'Eth': did you mean 'ETH'?" in refused.body["detail"]
    assert api.keys.bounded == {}
    assert changed(api, token, agent_id, **{given: ["BTC", "ETH"]}).status == 200


def test_a_market_that_is_gone_may_stay_named(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)
    assert changed(api, token, agent_id, symbols_deny=["BTC", "ETH"]).status == 200
    with_markets(api, market("BTC"))

    assert changed(api, token, agent_id, symbols_deny=["BTC", "ETH"], max_leverage=4).status == 200


def test_a_signature_without_its_time_is_told_what_is_missing(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)

    refused = changed(api, token, agent_id, max_leverage=20, signature="agreed")

    assert (refused.status, refused.code) == (400, "INVALID_INPUT")
    assert "valid_until_ms" in refused.body["detail"]

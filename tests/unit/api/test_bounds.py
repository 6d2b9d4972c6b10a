"""What an agent signs at most: shown to its owner, narrowed for the asking, widened by signing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.identity import BOB

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

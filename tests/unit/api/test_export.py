"""An export has everything that is stored about its user, nothing of anybody else, no secret."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE, BOB
from tests.fakes.providers import verifiers
from tests.fakes.requests import created, started
from tests.unit.api.test_provider_routes import ADDRESS, DYNAMIC, PRIVY, dynamic_body, privy_body
from understudy.workflows.requests import account_export


def exported(api: ApiWorld, token: str, **query: str) -> dict[str, Any]:
    answer = api.request("GET", "/v1/me/export", None, token, query)
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def copying(api: ApiWorld, token: str) -> str:
    api.delegate(token)
    follow_id = started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "5")
    return follow_id


def test_everything_is_there(api: ApiWorld, token: str) -> None:
    follow_id = copying(api, token)
    api.request("PUT", "/v1/copy/profile", {"limits": {"slippage_bps": 70}}, token)

    found = exported(api, token)

    assert found["user"]["active_wallet_id"] == found["wallets"][0]["wallet_id"]
    assert found["wallets"][0]["address"] == ALICE.address.lower()
    assert [each["auth_method"] for each in found["sessions"]] == ["siwe"]
    assert [each["name"] for each in found["agents"]] == ["main"]
    assert found["copy_limits"] == {"slippage_bps": 70}
    assert found["switches"] == {"kill_user": False, "copy_disabled": False, "flagged": False}
    (follow,) = found["follows"]
    assert follow["follow"]["follow_id"] == follow_id
    assert follow["ledgers"]["BTC"]["held"] == "1"
    assert follow["budget"]["margin"]
    assert found["accounts"][0]["equity"]
    (receipt,) = found["copies"]["receipts"]
    orders = found["copies"]["orders"]
    assert {each["intent_id"] for each in orders} == {leg["intent_id"] for leg in receipt["legs"]}
    assert found["copies"]["cursor"] == ""
    assert found["elsewhere"]


def test_who_came_in_by_a_provider_is_told_whom_it_named_and_nobody_else() -> None:
    api = ApiWorld(providers=verifiers())
    bodies = {PRIVY: privy_body(ADDRESS), DYNAMIC: dynamic_body(BOB.address)}
    opened = {path: api.request("POST", path, body).body for path, body in bodies.items()}

    for path, provider in ((PRIVY, "privy"), (DYNAMIC, "dynamic")):
        found = exported(api, opened[path]["access_token"])
        known = next(each for each in api.identity.identities.values() if each.provider == provider)
        (identity,) = found["identities"]
        assert (identity["provider"], identity["subject"]) == (provider, known.subject)
        assert identity["user_id"] == found["user"]["user_id"]
        assert identity["created_at_ms"] == known.created_at_ms


def test_a_removed_wallet_is_named_as_long_as_that_is_remembered(api: ApiWorld, token: str) -> None:
    query = {"address": BOB.address}
    nonce = api.request("GET", "/v1/wallets/nonce", None, token, query).body["nonce"]
    linked = api.request("POST", "/v1/wallets", api.signed(BOB, nonce), token).body
    api.request("DELETE", f"/v1/wallets/{linked['wallet_id']}", None, token)

    (removed,) = exported(api, token)["removed_wallets"]

    assert removed["address"] == BOB.address.lower()
    assert removed["removed_at_ms"] == api.world.clock.now_ms()


def test_a_deleted_follow_is_still_there(api: ApiWorld, token: str) -> None:
    follow_id = created(api, token)
    api.request("DELETE", f"/v1/follows/{follow_id}", None, token)

    (follow,) = exported(api, token)["follows"]

    assert (follow["follow"]["follow_id"], follow["follow"]["status"]) == (follow_id, "DELETED")


def test_nothing_of_anybody_else_is_there(api: ApiWorld, token: str) -> None:
    copying(api, token)
    mine = exported(api, token)
    his = json.dumps(exported(api, api.token(BOB)))

    for secret_of_alice in (mine["user"]["user_id"], ALICE.address.lower()):
        assert secret_of_alice not in his


def test_no_hash_and_no_key_is_there(api: ApiWorld, token: str) -> None:
    copying(api, token)
    text = json.dumps(exported(api, token))

    (session,) = api.identity.sessions_by_id.values()
    assert session.current_hash not in text
    keys = [secret.hex() for secret in api.keys.secrets.values()]
    assert keys
    assert not [key for key in keys if key in text]


def test_receipts_go_on_page_by_page(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_export, "RECEIPTS_PER_PAGE", 2)
    copying(api, token)
    for size in ("6", "7"):
        api.world.clock.advance(70_000)
        api.world.copy("BTC", size)

    first = exported(api, token)
    second = exported(api, token, cursor=first["copies"]["cursor"])

    seqs = [each["seq"] for page in (first, second) for each in page["copies"]["receipts"]]
    assert seqs == [3, 2, 1]
    assert second["copies"]["cursor"] == ""
    assert "user" not in second


def test_somebody_elses_cursor_leads_nowhere(
    api: ApiWorld, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(account_export, "RECEIPTS_PER_PAGE", 1)
    copying(api, token)
    api.world.clock.advance(70_000)
    api.world.copy("BTC", "6")
    cursor = exported(api, token)["copies"]["cursor"]

    answer = api.request("GET", "/v1/me/export", None, api.token(BOB), {"cursor": cursor})

    assert answer.status == 400


def test_what_the_audit_has_of_the_user_is_there_and_what_it_has_of_another_is_not(
    api: ApiWorld, token: str
) -> None:
    api.token(BOB)
    api.request("POST", "/v1/copy/disable", None, token)

    told = exported(api, token)["audit"]

    events = [each["event"] for each in told]
    assert events[:2] == ["SIGNED_IN", "COPYING_DISABLED"]
    assert set(events[2:]) == {"ACCOUNT_EXPORTED"}
    assert {each["subject"] for each in told} == {exported(api, token)["user"]["user_id"]}


def test_an_export_without_the_audit_is_none(api: ApiWorld, token: str) -> None:
    api.extracts.is_down = True

    answer = api.request("GET", "/v1/me/export", None, token)

    assert (answer.status, answer.code) == (503, "DEPENDENCY_UNAVAILABLE")

"""Several wallets of one user: each proven, one active, none removed that something needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import Answer, ApiWorld
from tests.fakes.identity import ALICE, BOB, message
from tests.fakes.requests import created
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from cli.wallet_key import WalletKey

AGENT_AFTER_MS = 3_600_000


def proof(api: ApiWorld, key: WalletKey, nonce: str) -> dict[str, str]:
    now = datetime.fromtimestamp(api.world.clock.now_ms() // 1000, UTC)
    text = message(key.address, nonce, issued_at=now.isoformat())
    return {"address": key.address, "message": text, "signature": key.sign_text(text)}


def link(api: ApiWorld, token: str, key: WalletKey = BOB) -> Answer:
    query = {"address": key.address}
    nonce = api.request("GET", "/v1/wallets/nonce", None, token, query).body["nonce"]
    return api.request("POST", "/v1/wallets", proof(api, key, nonce), token)


def linked(api: ApiWorld, token: str, key: WalletKey = BOB) -> str:
    answer = link(api, token, key)
    assert answer.status == 201, answer.body
    return str(answer.body["wallet_id"])


def remove(api: ApiWorld, token: str, wallet_id: str) -> Answer:
    return api.request("DELETE", f"/v1/wallets/{wallet_id}", None, token)


def addresses(api: ApiWorld, token: str) -> list[str]:
    items = api.request("GET", "/v1/wallets", None, token).body["items"]
    return [each["address"] for each in items]


def events(api: ApiWorld) -> list[str]:
    return [each.event for each in api.audit.entries if each.event.startswith("WALLET_")]


def test_a_proven_wallet_is_linked_and_signs_its_user_in(api: ApiWorld, token: str) -> None:
    linked(api, token)

    assert addresses(api, token) == [ALICE.address.lower(), BOB.address.lower()]
    mine = api.request("GET", "/v1/me", None, token).body["user"]["user_id"]
    other = api.request("GET", "/v1/me", None, api.token(BOB)).body["user"]["user_id"]
    assert mine == other
    assert events(api) == ["WALLET_LINKED"]


def test_linking_ones_own_wallet_again_is_no_error(api: ApiWorld, token: str) -> None:
    first = linked(api, token)

    assert linked(api, token) == first
    assert events(api) == ["WALLET_LINKED"]


def test_somebody_elses_wallet_stays_theirs(api: ApiWorld, token: str) -> None:
    of_bob = api.token(BOB)

    answer = link(api, token)

    assert (answer.status, answer.code) == (409, "ADDRESS_IN_USE")
    assert addresses(api, of_bob) == [BOB.address.lower()]
    assert addresses(api, token) == [ALICE.address.lower()]


def test_a_message_for_signing_in_links_nothing(api: ApiWorld, token: str) -> None:
    query = {"address": BOB.address}
    nonce = api.request("GET", "/v1/auth/siwe/nonce", query=query).body["nonce"]
    before = api.stored()

    answer = api.request("POST", "/v1/wallets", proof(api, BOB, nonce), token)

    assert (answer.status, answer.code) == (401, "SIWE_NONCE_INVALID")
    assert api.stored() == before


def test_a_message_for_linking_neither_signs_in_nor_links_to_another_user(
    api: ApiWorld, token: str
) -> None:
    stranger = api.token(BOB)
    query = {"address": ALICE.address}
    nonce = api.request("GET", "/v1/wallets/nonce", None, token, query).body["nonce"]
    signed = proof(api, ALICE, nonce)
    before = api.stored()

    for path, bearer in (("/v1/auth/siwe/verify", ""), ("/v1/wallets", stranger)):
        answer = api.request("POST", path, signed, bearer)
        assert (answer.status, answer.code) == (401, "SIWE_NONCE_INVALID")

    assert api.stored() == before


def test_the_chosen_wallet_is_the_one_that_follows(api: ApiWorld, token: str) -> None:
    wallet_id = linked(api, token)

    answer = api.request("POST", f"/v1/wallets/{wallet_id}/activate", None, token)

    assert answer.body["user"]["active_wallet_id"] == wallet_id
    follow = api.request("GET", f"/v1/follows/{created(api, token)}", None, token)
    assert follow.body["wallet_id"] == wallet_id


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_wallet_of_somebody_else_is_not_there(api: ApiWorld, token: str, method: str) -> None:
    (of_bob,) = api.request("GET", "/v1/wallets", None, api.token(BOB)).body["items"]
    path = f"/v1/wallets/{of_bob['wallet_id']}" + ("/activate" if method == "POST" else "")
    before = api.stored()

    answer = api.request(method, path, None, token)

    assert (answer.status, answer.code) == (404, "WALLET_NOT_FOUND")
    assert api.stored() == before


def test_a_removed_wallet_ends_its_sessions_and_is_a_stranger(api: ApiWorld, token: str) -> None:
    wallet_id = linked(api, token)
    by_bob = api.token(BOB)

    answer = remove(api, token, wallet_id)

    assert [each["address"] for each in answer.body["wallets"]] == [ALICE.address.lower()]
    assert api.request("GET", "/v1/me", None, by_bob).code == "SESSION_ENDED"
    assert api.request("GET", "/v1/me", None, token).status == 200
    assert events(api) == ["WALLET_LINKED", "WALLET_REMOVED"]
    me = api.request("GET", "/v1/me", None, token).body["user"]["user_id"]
    assert api.request("GET", "/v1/me", None, api.token(BOB)).body["user"]["user_id"] != me


def test_nobody_locks_themselves_out(api: ApiWorld, token: str) -> None:
    wallet_id = linked(api, token)
    (first, _) = api.request("GET", "/v1/wallets", None, token).body["items"]

    assert remove(api, token, first["wallet_id"]).code == "WALLET_SIGNED_IN"
    assert remove(api, api.token(BOB), first["wallet_id"]).code == "WALLET_ACTIVE"

    api.request("POST", f"/v1/wallets/{wallet_id}/activate", None, token)
    assert remove(api, api.token(BOB), first["wallet_id"]).status == 200


def _follow(api: ApiWorld, token: str) -> None:
    created(api, token)


def _agent(api: ApiWorld, token: str) -> None:
    wish = {"scope": "TRADE_ONLY", "agent_name": "main"}
    assert api.request("POST", "/v1/agents/enable", wish, token).status == 201


@pytest.mark.parametrize("use", [_follow, _agent])
def test_a_wallet_in_use_stays_as_it_was(api: ApiWorld, token: str, use: Any) -> None:
    wallet_id = linked(api, token)
    (first, _) = api.request("GET", "/v1/wallets", None, token).body["items"]
    api.request("POST", f"/v1/wallets/{wallet_id}/activate", None, token)
    use(api, token)
    api.request("POST", f"/v1/wallets/{first['wallet_id']}/activate", None, token)
    before = api.stored()

    answer = remove(api, token, wallet_id)

    assert (answer.status, answer.code) == (409, "WALLET_IN_USE")
    assert api.stored() == before


def test_an_agent_that_expired_keeps_no_wallet(api: ApiWorld, token: str) -> None:
    wallet_id = linked(api, token)
    api.request("POST", f"/v1/wallets/{wallet_id}/activate", None, token)
    _agent(api, token)
    api.world.clock.advance(AGENT_AFTER_MS)
    token = api.token()
    (first, _) = api.request("GET", "/v1/wallets", None, token).body["items"]
    api.request("POST", f"/v1/wallets/{first['wallet_id']}/activate", None, token)

    assert remove(api, token, wallet_id).status == 200


class Dying:
    """A store that fails once, at its call number `at`."""

    def __init__(self, store: Any, name: str, at: int = 1) -> None:
        self.store, self.name, self.left = store, name, at

    def __getattr__(self, name: str) -> Any:
        if name == self.name:
            self.left -= 1
            if self.left == 0:
                raise DependencyError("no answer")
        return getattr(self.store, name)


def dying(api: ApiWorld, port: str, name: str, at: int = 1) -> None:
    """Let one call of the removal fail."""
    links = api.services.wallet_links
    failing: Any = {port: Dying(getattr(links, port), name, at)}
    api.services.wallet_links = replace(links, **failing)


@pytest.mark.parametrize(("port", "name"), [("sessions", "sessions"), ("wallets", "remove_wallet")])
def test_a_removal_that_died_lets_nobody_in_and_is_finished_by_asking_again(
    api: ApiWorld, token: str, port: str, name: str
) -> None:
    wallet_id, by_bob = linked(api, token), api.token(BOB)
    dying(api, port, name)
    assert remove(api, token, wallet_id).status == 503
    query = {"address": BOB.address}
    nonce = api.request("GET", "/v1/auth/siwe/nonce", query=query).body["nonce"]
    entering = api.request("POST", "/v1/auth/siwe/verify", proof(api, BOB, nonce))
    assert (entering.status, entering.code) == (409, "WALLET_RETIRED")

    assert remove(api, token, wallet_id).status == 200

    assert addresses(api, token) == [ALICE.address.lower()]
    assert api.request("GET", "/v1/me", None, by_bob).code == "SESSION_ENDED"


def test_a_wallet_on_its_way_out_can_be_linked_again(api: ApiWorld, token: str) -> None:
    wallet_id = linked(api, token)
    dying(api, "wallets", "remove_wallet")
    assert remove(api, token, wallet_id).status == 503
    chosen = api.request("POST", f"/v1/wallets/{wallet_id}/activate", None, token)
    assert (chosen.status, chosen.code) == (409, "WALLET_RETIRED")

    assert linked(api, token) == wallet_id
    assert api.request("POST", f"/v1/wallets/{wallet_id}/activate", None, token).status == 200

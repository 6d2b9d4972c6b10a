"""The audit fails once and the caller asks again: whatever was done is written down."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.api import OPERATORS_DOOR, ApiWorld
from tests.fakes.identity import ALICE, BOB, OPERATOR
from tests.fakes.requests import created, new_follow, started
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.domain.errors import DependencyError
from understudy.domain.follows import Ledger
from understudy.domain.ids import FollowId
from understudy.messages import CLOSE_NOW, Converge
from understudy.ports.copying import Changes
from understudy.workflows.requests.terms import CurrentTerms

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.api import Answer
    from understudy.domain.audit import AuditEntry

LATER_MS = 20_000


class AwayOnce(InMemoryAuditTrail):
    """Keeps everything but the next entry of the event that it `misses`."""

    def __init__(self) -> None:
        super().__init__()
        self.misses = ""

    def append(self, entry: AuditEntry) -> None:
        if entry.event == self.misses:
            self.misses = ""
            raise DependencyError("the audit is away")
        super().append(entry)


@pytest.fixture
def audit() -> AwayOnce:
    return AwayOnce()


@pytest.fixture
def api(audit: AwayOnce) -> ApiWorld:
    return ApiWorld(audit=audit, current_terms=CurrentTerms("v1", "https://understudy.test/terms"))


@pytest.fixture
def token(api: ApiWorld) -> str:
    token = api.token()
    api.request("POST", "/v1/terms/accept", {"version": "v1"}, token)
    return token


def kept(audit: AwayOnce, event: str) -> list[AuditEntry]:
    return [each for each in audit.entries if each.event == event]


def twice(audit: AwayOnce, event: str, ask: Callable[[], Answer]) -> tuple[int, int, int]:
    """Ask while the audit misses this event, and again; gives both statuses and its rows."""
    before, audit.misses = len(kept(audit, event)), event
    first = ask().status
    assert not audit.misses, "nobody wrote the event"
    return first, ask().status, len(kept(audit, event)) - before


def link(api: ApiWorld, token: str) -> Answer:
    query = {"address": BOB.address}
    nonce = api.request("GET", "/v1/wallets/nonce", None, token, query).body["nonce"]
    return api.request("POST", "/v1/wallets", api.signed(BOB, nonce), token)


def test_a_wallet_that_was_linked_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    assert twice(audit, "WALLET_LINKED", lambda: link(api, token)) == (503, 201, 1)


def test_a_wallet_that_was_linked_back_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    wallet_id = link(api, token).body["wallet_id"]
    audit.misses = "WALLET_REMOVED"
    assert api.request("DELETE", f"/v1/wallets/{wallet_id}", None, token).status == 503

    assert link(api, token).status == 201

    assert len(kept(audit, "WALLET_LINKED")) == 2


def test_a_wallet_that_was_removed_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    one = f"/v1/wallets/{link(api, token).body['wallet_id']}"

    told = twice(audit, "WALLET_REMOVED", lambda: api.request("DELETE", one, None, token))

    assert told == (503, 200, 1)


def test_an_agent_is_taken_back_at_the_venue_at_once_and_it_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    agent_id = api.delegate(token)
    (removal,) = api.request("DELETE", f"/v1/agents/{agent_id}", None, token).body["to_sign"]
    signed = {"agent_id": agent_id, "signatures": [ALICE.sign_action(removal["action"])]}
    audit.misses = "AGENT_REMOVED"

    assert api.request("POST", "/v1/agents/confirm", signed, token).status == 503
    assert api.rest.listed["main"] == "0x" + "0" * 40
    assert api.request("POST", "/v1/agents/confirm", signed, token).status == 200

    assert len(kept(audit, "AGENT_REMOVED")) == 1


def test_an_agent_that_the_venue_does_not_take_back_is_not_said_to_be(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    agent_id = api.delegate(token)
    (removal,) = api.request("DELETE", f"/v1/agents/{agent_id}", None, token).body["to_sign"]
    signed = {"agent_id": agent_id, "signatures": [ALICE.sign_action(removal["action"])]}
    api.rest.answers.append((200, b'{"status":"err","response":"not now"}'))

    assert api.request("POST", "/v1/agents/confirm", signed, token).status == 422

    assert not kept(audit, "AGENT_REMOVED")


def test_terms_that_were_accepted_are_in_the_audit(api: ApiWorld, audit: AwayOnce) -> None:
    token, wish = api.token(), {"version": "v1"}

    told = twice(
        audit, "TERMS_ACCEPTED", lambda: api.request("POST", "/v1/terms/accept", wish, token)
    )

    assert told == (503, 200, 1)


@pytest.mark.parametrize(("door", "key"), [("/v1/auth", ALICE), (OPERATORS_DOOR, OPERATOR)])
def test_who_signed_out_is_out_at_once_and_in_the_audit(
    api: ApiWorld, audit: AwayOnce, door: str, key: Any
) -> None:
    pair = api.sign_in(key, door)
    sent = {"refresh_token": pair["refresh_token"]}
    audit.misses = "SIGNED_OUT"

    assert api.request("POST", f"{door}/logout", sent).status == 503
    assert api.request("POST", f"{door}/refresh", sent).code == "SESSION_ENDED"
    assert api.request("POST", f"{door}/logout", sent).status == 200

    assert len(kept(audit, "SIGNED_OUT")) == 1


@pytest.mark.parametrize(("door", "key"), [("/v1/auth", ALICE), (OPERATORS_DOOR, OPERATOR)])
def test_a_stolen_refresh_token_ends_its_session_at_once_and_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, door: str, key: Any
) -> None:
    stolen = {"refresh_token": api.sign_in(key, door)["refresh_token"]}
    current = api.request("POST", f"{door}/refresh", stolen).body["refresh_token"]
    api.world.clock.advance(LATER_MS)
    audit.misses = "REFRESH_TOKEN_REUSED"

    assert api.request("POST", f"{door}/refresh", stolen).status == 503
    ended = api.request("POST", f"{door}/refresh", {"refresh_token": current})
    assert (ended.status, ended.code) == (401, "SESSION_ENDED")
    again = api.request("POST", f"{door}/refresh", stolen)

    assert (again.status, again.code) == (401, "REFRESH_TOKEN_REUSED")
    assert len(kept(audit, "REFRESH_TOKEN_REUSED")) == 1


@pytest.mark.parametrize("older", [False, True], ids=["/v1/follows", "/v1/copy/follows"])
def test_a_follow_that_was_created_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str, older: Any
) -> None:
    wish = new_follow()
    path = "/v1/follows"
    if older:
        limits = {"copy_budget_usdc": "1000", "cost_per_order_usdc": "100"}
        path, wish = "/v1/copy/follows", {"leader_address": wish["leader_address"], **limits}

    told = twice(audit, "FOLLOW_CREATED", lambda: api.request("POST", path, wish, token))

    assert told == (503, 201, 1)
    (follow,) = api.request("GET", "/v1/follows", None, token).body["items"]
    assert kept(audit, "FOLLOW_CREATED")[0].facts["follow_id"] == follow["follow_id"]


def test_a_follow_that_exists_already_is_not_said_to_be_created(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    created(api, token)

    assert api.request("POST", "/v1/follows", new_follow(), token).code == "FOLLOW_EXISTS"

    assert len(kept(audit, "FOLLOW_CREATED")) == 1


@pytest.mark.parametrize("is_started", [False, True])
def test_a_follow_that_was_deleted_ends_at_once_and_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str, is_started: Any
) -> None:
    api.delegate(token)
    one = f"/v1/follows/{started(api, token) if is_started else created(api, token)}"
    audit.misses = "FOLLOW_DELETED"

    assert api.request("DELETE", one, None, token).status == 503
    assert api.request("GET", one, None, token).status == 404
    assert api.request("DELETE", one, None, token).status == 404

    (entry,) = kept(audit, "FOLLOW_DELETED")
    assert entry.facts["status"] == "DELETED"


def test_copying_that_was_disabled_stops_and_closes_at_once_and_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    api.delegate(token)
    follow_id = started(api, token, on_stop="close_now")
    api.world.copying.store.commit(
        Changes(ledger=Ledger(FollowId(follow_id), "BTC", held=Decimal(1)))
    )
    api.world.queues.lanes.take(100)
    audit.misses = "COPYING_DISABLED"

    assert api.request("POST", "/v1/copy/disable", None, token).status == 503

    shown = api.request("GET", f"/v1/follows/{follow_id}", None, token).body
    assert (shown["status"], shown["pause_reason"]) == ("PAUSED", "copy_disabled")
    closes = [each for each in api.world.queues.lanes.take(100) if isinstance(each, Converge)]
    assert [(each.follow_id, each.symbol, each.cause) for each in closes] == [
        (follow_id, "BTC", CLOSE_NOW)
    ]
    assert api.request("POST", "/v1/copy/disable", None, token).status == 200
    assert len(kept(audit, "COPYING_DISABLED")) == 1


def test_what_somebody_else_deleted_is_not_there_and_not_written_down(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    one = f"/v1/follows/{created(api, token)}"
    api.request("DELETE", one, None, token)

    assert api.request("DELETE", one, None, api.token(BOB)).status == 404

    assert len(kept(audit, "FOLLOW_DELETED")) == 1


def test_all_sessions_that_were_ended_are_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    other = api.token()
    audit.misses = "SESSIONS_ENDED"

    assert api.request("DELETE", "/v1/sessions", None, token).status == 503
    assert api.request("GET", "/v1/me", None, other).code == "SESSION_ENDED"
    assert api.request("DELETE", "/v1/sessions", None, token).status == 200
    assert api.request("GET", "/v1/me", None, token).code == "SESSION_ENDED"

    assert len(kept(audit, "SESSIONS_ENDED")) == 1


def test_ones_own_session_that_was_ended_is_in_the_audit(
    api: ApiWorld, audit: AwayOnce, token: str
) -> None:
    (own,) = api.request("GET", "/v1/sessions", None, token).body["items"]
    one = f"/v1/sessions/{own['session_id']}"

    told = twice(audit, "SESSION_ENDED", lambda: api.request("DELETE", one, None, token))

    assert told == (503, 200, 1)
    assert api.request("GET", "/v1/me", None, token).code == "SESSION_ENDED"

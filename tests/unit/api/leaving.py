"""What tests of deletions share: who leaves, what they hold, and what is left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.identity import ALICE
from tests.fakes.requests import new_follow, started
from understudy.domain.ids import FollowId, UserId

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.fakes.api import Answer, ApiWorld

OTHER_LEADER = "0x" + "7" * 40
SUBJECT = "did:privy:alice"
ASIDE = ("lock", "stream")


def delete(api: ApiWorld, token: str, positions: str = "close_now", key: Any = ALICE) -> Answer:
    wish = {"address": key.address, "positions": positions}
    return api.request("POST", "/v1/me/deletion", wish, token)


def me(api: ApiWorld, token: str) -> UserId:
    return UserId(api.request("GET", "/v1/me", None, token).body["user"]["user_id"])


def holding(api: ApiWorld, token: str) -> str:
    """Let a follow of ALICE copy 1 BTC; beside it stand one that never started and an agent."""
    api.delegate(token)
    follow_id = started(api, token)
    created_beside = api.request("POST", "/v1/follows", new_follow(OTHER_LEADER), token)
    assert created_beside.status == 201, created_beside.body
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.copy("BTC", "5")
    assert api.world.held_at_venue(FollowId(follow_id)) == 1
    wish = {"scope": "TRADE_ONLY", "agent_name": "waiting"}
    assert api.request("POST", "/v1/agents/enable", wish, token).status == 201
    return follow_id


def held(api: ApiWorld) -> Decimal:
    return api.world.venue.books.account(ALICE.address.lower()).held("BTC")


def traces(api: ApiWorld, user_id: UserId) -> set[str]:
    """Give which of a user's names are still stored somewhere, custody and switches aside."""
    table = {name: each for name, each in vars(api.world.table).items() if name not in ASIDE}
    kept = {name: getattr(api.identity, name) for name in api.identity.__slots__ if name != "lock"}
    text = repr((table, kept))
    return {name for name in (user_id, ALICE.address.lower(), SUBJECT) if name in text}


def deleted(api: ApiWorld) -> list[str]:
    return [each.subject for each in api.audit.entries if each.event == "ACCOUNT_DELETED"]

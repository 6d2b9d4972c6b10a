"""Following over HTTP: what may be created, what a start needs, and how a follow ends."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import LEADER, market
from tests.fakes.identity import ALICE, BOB
from tests.fakes.requests import created, new_follow, started
from understudy.domain.follows import AccountMode, Budget, Ledger
from understudy.domain.ids import FollowId
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.ownership import by_hand, is_by_hand
from understudy.messages import Converge
from understudy.ports.copying import Changes
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld


def shown(api: ApiWorld, token: str, follow_id: str) -> dict[str, Any]:
    return api.request("GET", f"/v1/follows/{follow_id}", None, token).body


def holding(api: ApiWorld, follow_id: str, symbol: str = "BTC") -> None:
    held = Ledger(FollowId(follow_id), symbol, target=Decimal(1), held=Decimal(1))
    api.world.copying.store.commit(Changes(ledger=held))


def test_a_follow_starts_out_inactive_with_the_defaults(api: ApiWorld, token: str) -> None:
    follow = shown(api, token, created(api, token))

    assert (follow["status"], follow["leader"]) == ("INACTIVE", LEADER)
    assert (follow["limits"]["max_open_positions"], follow["limits"]["slippage_bps"]) == (3, 50)
    assert follow["limits"]["copy_budget_usdc"] == "1000"


@pytest.mark.parametrize(
    "leader", ["", "0x1", "0x" + "g" * 40, LEADER + "0", LEADER + "\n", 5, None, ["a"]]
)
def test_a_leader_is_an_address(api: ApiWorld, token: str, leader: Any) -> None:
    assert api.request("POST", "/v1/follows", new_follow(leader), token).status == 400


@pytest.mark.parametrize("path", ["/v1/follows", "/v1/copy/follows"])
def test_nobody_follows_the_zero_address(api: ApiWorld, token: str, path: str) -> None:
    older = {"copy_budget_usdc": "1000", "cost_per_order_usdc": "100"}
    nobody = {"leader_address": "0x" + "0" * 40}
    body = {**older, **nobody} if "copy" in path else {**new_follow(), **nobody}

    answer = api.request("POST", path, body, token)

    assert (answer.status, answer.code) == (400, "INVALID_INPUT")
    assert [each["field"] for each in answer.body["errors"]] == ["leader_address"]


def test_nobody_follows_themselves(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", "/v1/follows", new_follow(ALICE.address), token)

    assert (answer.status, answer.code) == (422, "LEADER_IS_FOLLOWER")
    assert answer.body["detail"] == "this leader is the follow's own wallet: follow another address"


def test_nobody_follows_a_follower(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    started(api, token)

    answer = api.request("POST", "/v1/follows", new_follow(ALICE.address), api.token(BOB))

    assert (answer.status, answer.code) == (422, "LEADER_IS_FOLLOWER")
    assert "nobody copies copies: follow whom it follows" in answer.body["detail"]


def test_a_leader_who_became_a_follower_cannot_be_started(api: ApiWorld, token: str) -> None:
    bobs = api.token(BOB)
    follow_id = created(api, bobs, leader=ALICE.address)
    api.delegate(bobs, BOB)
    api.delegate(token)
    started(api, token)

    answer = api.request("POST", f"/v1/follows/{follow_id}/start", None, bobs)

    assert (answer.status, answer.code) == (422, "LEADER_IS_FOLLOWER")


def test_a_blacklisted_leader_cannot_be_followed(api: ApiWorld, token: str) -> None:
    now_ms = api.world.clock.now_ms()
    api.world.switches.turn(Switch.BLACKLISTED, LEADER, on=True, at_ms=now_ms)

    assert api.request("POST", "/v1/follows", new_follow(), token).code == "BLACKLISTED"


def test_a_wallet_follows_a_leader_once(api: ApiWorld, token: str) -> None:
    created(api, token)

    answer = api.request("POST", "/v1/follows", new_follow(LEADER), token)

    assert (answer.status, answer.code) == (409, "FOLLOW_EXISTS")


def test_only_its_owner_sees_or_moves_a_follow(api: ApiWorld, token: str) -> None:
    one, other = f"/v1/follows/{created(api, token)}", api.token(BOB)
    before = api.stored()

    answers = [
        api.request("GET", one, None, other),
        api.request("GET", f"{one}/portfolio", None, other),
        api.request("PATCH", one, {"limits": {"slippage_bps": 1}}, other),
        api.request("POST", f"{one}/start", None, other),
        api.request("POST", f"{one}/pause", None, other),
        api.request("DELETE", one, None, other),
    ]

    assert {(each.status, each.code) for each in answers} == {(404, "FOLLOW_NOT_FOUND")}
    assert api.stored() == before


def test_a_start_needs_an_active_agent(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", f"/v1/follows/{created(api, token)}/start", None, token)

    assert (answer.status, answer.code) == (409, "AGENT_NOT_ACTIVE")


def test_a_start_needs_money_at_the_venue(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    api.world.venue.books.account(ALICE.address.lower()).cash.clear()

    answer = api.request("POST", f"/v1/follows/{created(api, token)}/start", None, token)

    assert (answer.status, answer.code) == (422, "ACCOUNT_NOT_FUNDED")


def test_a_start_needs_money_on_the_dexes_that_are_named(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    gold = market("abc:GOLD", asset=9, dex="abc")
    api.world.markets.put_markets(HYPERLIQUID, [gold])
    follow_id = created(api, token, symbols_allow=["abc:GOLD"])

    answer = api.request("POST", f"/v1/follows/{follow_id}/start", None, token)

    assert (answer.status, answer.code) == (422, "DEX_NOT_FUNDED")


def test_a_start_needs_an_account_mode_that_can_be_copied_to(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    account = api.world.venue.books.account(ALICE.address.lower())
    account.mode = AccountMode.UNSUPPORTED

    answer = api.request("POST", f"/v1/follows/{created(api, token)}/start", None, token)

    assert (answer.status, answer.code) == (422, "ACCOUNT_MODE_UNSUPPORTED")


def test_a_start_without_an_answering_venue_can_be_tried_again(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = created(api, token)
    api.world.venue.is_down = True

    answer = api.request("POST", f"/v1/follows/{follow_id}/start", None, token)

    assert (answer.status, answer.code) == (503, "VENUE_UNREACHABLE")
    api.world.venue.is_down = False
    assert api.request("POST", f"/v1/follows/{follow_id}/start", None, token).status == 200


def test_a_start_knows_until_when_its_agent_signs(api: ApiWorld, token: str) -> None:
    agent_id = api.delegate(token)

    follow_id = started(api, token)

    follow = api.world.table.follows[FollowId(follow_id)]
    assert follow.agent_id == agent_id
    assert follow.agent_valid_until_ms > api.world.clock.now_ms()


def test_a_start_forgets_readings_and_openings_from_before(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = FollowId(started(api, token))
    api.request("POST", f"/v1/follows/{follow_id}/pause", None, token)
    known = api.world.table.budgets.get(follow_id) or Budget(follow_id)
    opened = replace(known, failures_in_row=1, breaker_opened_at_ms=1, breaker_openings=3)
    stopped = replace(opened, drawdown_readings=1)
    api.world.copying.store.commit(Changes(budget=stopped))

    answer = api.request("POST", f"/v1/follows/{follow_id}/start", None, token)

    assert answer.status == 200
    assert api.world.table.budgets[follow_id] == replace(known, version=stopped.version + 2)


def test_a_start_begins_the_leaders_book(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    started(api, token)
    api.world.pump()

    assert api.world.leaders.leader_book("hyperliquid", LEADER).started


def test_a_start_copies_from_the_next_trade_on(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    started(api, token)
    api.world.pump()
    api.world.clock.advance(1000)

    api.world.leader_trades("BTC", "2")
    api.world.pump()

    receipts = api.request("GET", "/v1/copies", None, token).body["items"]
    assert [each["symbol"] for each in receipts] == ["BTC"]


def test_a_symbol_held_by_hand_is_left_alone(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    address = ALICE.address.lower()
    api.world.venue.trade(address, "ETH", "1")
    wallet = api.identity.wallet_of_address(address)
    assert wallet is not None

    started(api, token)

    hand = by_hand(api.world.clock.now_ms())
    assert api.world.table.owners == {(wallet.wallet_id, "ETH"): hand}


def test_starting_twice_is_no_error(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = started(api, token)

    assert api.request("POST", f"/v1/follows/{follow_id}/start", None, token).status == 200


def test_a_pause_says_that_the_user_wanted_it(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = started(api, token)

    paused = api.request("POST", f"/v1/follows/{follow_id}/pause", None, token).body

    assert (paused["status"], paused["pause_reason"]) == ("PAUSED", "user")
    resumed = api.request("POST", f"/v1/follows/{follow_id}/start", None, token).body
    assert resumed["status"] == "ACTIVE"
    assert "pause_reason" not in resumed


def test_what_never_started_cannot_pause(api: ApiWorld, token: str) -> None:
    answer = api.request("POST", f"/v1/follows/{created(api, token)}/pause", None, token)

    assert (answer.status, answer.code) == (409, "FOLLOW_NOT_ACTIVE")


def test_a_pause_closes_at_once_where_that_is_wanted(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = started(api, token, on_stop="close_now")
    api.world.pump()
    api.world.clock.advance(1000)
    api.world.leader_trades("BTC", "2")
    api.world.pump()
    assert api.world.queues.lanes.take() == []
    holding(api, follow_id, "ETH")

    api.request("POST", f"/v1/follows/{follow_id}/pause", None, token)

    told = [each for each in api.world.queues.lanes.take() if isinstance(each, Converge)]
    assert ("ETH", "close_now") in [(each.symbol, each.cause) for each in told]


def test_a_deleted_follow_is_gone(api: ApiWorld, token: str) -> None:
    one = f"/v1/follows/{created(api, token)}"

    deleted = api.request("DELETE", one, None, token)

    assert deleted.body["status"] == "DELETED"
    assert api.request("GET", one, None, token).status == 404
    assert api.request("DELETE", one, None, token).status == 404
    assert api.request("GET", "/v1/follows", None, token).body["items"] == []
    created(api, token)


def test_positions_to_be_kept_go_over_into_the_users_hand(api: ApiWorld, token: str) -> None:
    api.delegate(token)
    follow_id = started(api, token, on_stop="keep")
    holding(api, follow_id)

    assert api.request("DELETE", f"/v1/follows/{follow_id}", None, token).status == 200

    assert list(map(is_by_hand, api.world.table.owners.values())) == [True]

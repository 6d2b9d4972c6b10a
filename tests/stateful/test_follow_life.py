"""Whatever a user, a leader, a venue and a clock do in whatever order, the promises hold."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.fakes.api import ApiWorld
from tests.fakes.identity import ALICE
from tests.fakes.requests import new_follow
from tests.fakes.venue import Fault
from tests.stateful.promises import broken_at_rest, broken_now, keeps
from tests.stateful.redelivering_world import LEADERS, RedeliveringWorld
from understudy.domain.follows import FollowStatus
from understudy.ports.switches import Switch

SYMBOLS = ("BTC", "ETH")
WIDER: tuple[dict[str, Any], ...] = (
    {"copy_budget_usdc": "5000"},
    {"max_symbol_allocation_pct": "100"},
    {"max_open_positions": 20},
    {"sizing": {"kind": "ratio", "percent": "100"}},
)
NARROWER: tuple[dict[str, Any], ...] = (
    {"copy_budget_usdc": "200"},
    {"max_symbol_allocation_pct": "10"},
    {"max_open_positions": 1},
    {"max_position_usdc": "60"},
    {"mode": "throttled"},
)
INVALID: tuple[dict[str, Any], ...] = (
    {"copy_budget_usdc": "1"},
    {"max_open_positions": 0},
    {"max_position_usdc": "999999"},
    {"sizing": {"kind": "ratio"}},
    {"symbols_allow": ["NOSUCH"]},
)
POSITIONS = ("-8", "-2", "0", "0", "0.4", "1", "3", "7")
DECIDED_AFTER_SECONDS = 2  # who turns something off has seen it on
FAULTS = (*Fault, "Order has invalid price.")


class FollowLife(RuleBasedStateMachine):
    """One user with one wallet, two leaders, and everything that may come between them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = RedeliveringWorld()
        self.api = ApiWorld(world=self.world)
        self.user = str(self.api.sign_in()["wallet"]["user_id"])
        self.agent = self.api.delegate(self.api.token())
        self.agents = 1
        self.has_hands = False
        self.by_hand: set[str] = set()
        self.kept: set[tuple[str, str]] = set()

    @initialize(
        first=st.sampled_from(WIDER + NARROWER), ratio=st.booleans(), hands=st.sampled_from("nnny")
    )
    def follows_two_leaders(self, first: dict[str, Any], *, ratio: bool, hands: str) -> None:
        self.has_hands = hands == "y"
        for number, leader in enumerate(LEADERS):
            self.creates(leader)
            if ratio:
                self.changes_limits(number, {"sizing": {"kind": "ratio", "percent": "100"}})
            self.changes_limits(number, first)
            self.starts(number)
        self.leader_moves(LEADERS[0], SYMBOLS[0], "1")

    # what the user does

    @rule(leader=st.sampled_from(LEADERS))
    def creates(self, leader: str) -> None:
        answer = self._ask("POST", "/v1/follows", new_follow(leader))
        assert answer.status in (201, 409), answer.body

    @rule(number=st.integers(0, 3))
    def starts(self, number: int) -> None:
        follow = self._follow(number)
        if follow is None:
            return
        was_watched = self.world.is_watched(follow.leader)
        answer = self._ask("POST", f"/v1/follows/{follow.follow_id}/start")
        assert answer.status in (200, 409, 422, 503), answer.body
        if not was_watched and answer.status == 200:
            self.world.looks_again(follow.leader)

    @rule(number=st.integers(0, 3), change=st.sampled_from(WIDER + NARROWER))
    def changes_limits(self, number: int, change: dict[str, Any]) -> None:
        follow = self._follow(number)
        if follow is not None:
            answer = self._ask("PATCH", f"/v1/follows/{follow.follow_id}", {"limits": change})
            assert answer.status in (200, 400, 422), answer.body

    @rule(number=st.integers(0, 3), change=st.sampled_from(INVALID))
    def asks_for_the_impossible(self, number: int, change: dict[str, Any]) -> None:
        follow = self._follow(number)
        if follow is None:
            return
        token = self.api.token()
        before, wish = self.api.stored(), {"limits": change}
        answer = self.api.request("PATCH", f"/v1/follows/{follow.follow_id}", wish, token)
        assert answer.status in (400, 422), answer.body
        assert self.api.stored() == before

    @rule(number=st.integers(0, 3), on_stop=st.sampled_from(("copy_closes", "keep", "close_now")))
    def pauses(self, number: int, on_stop: str) -> None:
        follow = self._follow(number)
        if follow is not None:
            one = f"/v1/follows/{follow.follow_id}"
            self._ask("PATCH", one, {"limits": {"on_stop": on_stop}})
            self._ask("POST", f"{one}/pause")

    @rule(number=st.integers(0, 3), on_stop=st.sampled_from(("copy_closes", "keep", "close_now")))
    def deletes(self, number: int, on_stop: str) -> None:
        follow = self._follow(number)
        if follow is not None:
            one = f"/v1/follows/{follow.follow_id}"
            self._ask("PATCH", one, {"limits": {"on_stop": on_stop}})
            if on_stop == "keep":
                self._left_to_the_hand(follow.follow_id)
            self._ask("DELETE", one)

    # Beside a hand's trades books are not compared: so most users never trade by hand.
    @precondition(lambda self: self.has_hands)
    @rule(symbol=st.sampled_from(SYMBOLS), size=st.sampled_from(("-1", "0.5", "1")))
    def trades_by_hand(self, symbol: str, size: str) -> None:
        self.world.venue.trade(ALICE.address.lower(), symbol, size)
        self.by_hand.add(symbol)

    @rule()
    def revokes_the_agent(self) -> None:
        self._ask("DELETE", f"/v1/agents/{self.agent}")

    @rule()
    def enables_a_new_agent(self) -> None:
        if self.world.switches.is_on(Switch.AUTHORITY_REVOKED, self.agent):
            self.agents += 1
            self.agent = self.api.delegate(self.api.token(), name=f"agent {self.agents}")

    @rule(on=st.booleans())
    def disables_copying(self, *, on: bool) -> None:
        if not on:
            self.world.pass_seconds(DECIDED_AFTER_SECONDS)
        answer = self._ask("POST", "/v1/copy/disable" if on else "/v1/copy/enable")
        assert answer.status == 200, answer.body

    # what others do

    @rule(
        leader=st.sampled_from(LEADERS),
        symbol=st.sampled_from(SYMBOLS),
        to=st.sampled_from(POSITIONS),
    )
    def leader_moves(self, leader: str, symbol: str, to: str) -> None:
        moved = type(held := self._leaders(leader, symbol))(to) - held
        if moved:
            self.world.trades(leader, symbol, str(moved))
            self.world.pump()

    @rule(symbol=st.sampled_from(SYMBOLS), price=st.sampled_from(("90", "99.7", "100", "100.3")))
    def price_moves(self, symbol: str, price: str) -> None:
        self.world.price(symbol, price)

    @rule(switch=st.sampled_from(("everybody", "user")), on=st.booleans())
    def kills(self, switch: str, *, on: bool) -> None:
        is_all = switch == "everybody"
        name, subject = (Switch.KILL_GLOBAL, "") if is_all else (Switch.KILL_USER, self.user)
        if not on:
            self.world.pass_seconds(DECIDED_AFTER_SECONDS)
        self.world.switches.turn(name, subject, on=on, at_ms=self.world.clock.now_ms())

    @rule(
        fault=st.sampled_from(FAULTS),
        after=st.integers(0, 1),
        symbol=st.sampled_from(SYMBOLS),
        to=st.sampled_from(POSITIONS),
    )
    def an_order_fails(self, fault: Fault | str, after: int, symbol: str, to: str) -> None:
        """Fail the order of the leader's next move, or the one after it."""
        self.world.venue.faults.extend([None] * after + [fault])
        self.leader_moves(LEADERS[0], symbol, to)

    @rule(is_down=st.booleans())
    def venue_is_silent(self, *, is_down: bool) -> None:
        self.world.venue.is_down = is_down

    @rule()
    def late_orders_land(self) -> None:
        self.world.venue.land_late()

    @rule(seconds=st.sampled_from((1, 2, 5, 15, 60, 90)))
    def time_passes(self, seconds: int) -> None:
        self.world.pass_seconds(seconds)

    @precondition(lambda self: self.world.table.follows)
    @rule()
    def everything_comes_to_rest(self) -> None:
        self.world.be_quiet()
        self._note_kept()
        assert not list(broken_at_rest(self.world, self.by_hand, self.kept))

    @invariant()
    def promises_hold(self) -> None:
        self._note_kept()
        assert not list(broken_now(self.world, self.by_hand))

    def teardown(self) -> None:
        self.everything_comes_to_rest()

    def _note_kept(self) -> None:
        """Remember which positions were left on purpose: they may stay until they are gone."""
        for follow in self.world.table.follows.values():
            for ledger in self.world.table.ledgers[follow.follow_id].values():
                place = (follow.follow_id, ledger.symbol)
                if ledger.is_flat:
                    self.kept.discard(place)
                elif keeps(self.world, follow):
                    self.kept.add(place)

    def _left_to_the_hand(self, follow_id: Any) -> None:
        ledgers = self.world.table.ledgers[follow_id].values()
        self.by_hand |= {ledger.symbol for ledger in ledgers if not ledger.is_flat}

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.api.request(method, path, body, self.api.token())
        self.world.pump()
        return answer

    def _follow(self, number: int) -> Any:
        there = [
            each
            for each in self.world.table.follows.values()
            if each.status is not FollowStatus.DELETED
        ]
        return there[number % len(there)] if there else None

    def _leaders(self, leader: str, symbol: str) -> Any:
        return self.world.venue.books.account(leader).held(symbol)


LONG = os.environ.get("FOLLOW_LIFE_EXAMPLES")
FollowLife.TestCase.settings = settings(
    max_examples=int(LONG or 100),
    stateful_step_count=30,
    deadline=None,
    derandomize=LONG is None,
    suppress_health_check=list(HealthCheck),
)
TestFollowLife = FollowLife.TestCase

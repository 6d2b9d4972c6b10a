"""The in-memory venue, which can also be away for a while, and whose lists can be slow.

It tells of every order in the moment in which it takes it, whatever it then fills.

What is late for it is often just in time: in the last moment in which it still takes the order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tests.fakes.venue import InMemoryVenue
from tests.simulation.gates import Effect, OrderGate
from tests.simulation.kinds import RESTART
from tests.simulation.lists import SlowLists
from tests.simulation.thin import ThinBooks
from understudy.adapters.venues.hyperliquid.errors import UnknownCause
from understudy.domain.account_history import OwnFill
from understudy.domain.intents import Outcome, Signed, Unknown
from understudy.domain.markets import Market
from understudy.ports.clock import Clock
from understudy.ports.venue import OrderReport

LAST_MOMENT_SHARE = 0.5
BEFORE_EXPIRY_MS = (0, 1, 5, 20, 100)


class SimulatedVenue(InMemoryVenue):
    """Takes no order and answers nothing while it is down; `note` counts the calls that met it so.

    `takes` hears of every order that is signed as it must be and in time: its account and its name.
    """

    books: ThinBooks

    def __init__(
        self,
        clock: Clock,
        markets: Sequence[Market],
        lists: SlowLists,
        books: ThinBooks,
        note: Callable[[str], None],
        takes: Callable[[str, str], None],
    ) -> None:
        super().__init__(clock, markets)
        self.lists = lists
        self.books = books
        self._note = note
        self._takes = takes
        self._closing: set[str] = set()

    def submit(self, signed: Signed, *, first: bool, account: str = "") -> Outcome:
        if self.is_down:
            self._note(RESTART)
            return Unknown(UnknownCause.UNREACHABLE)
        return super().submit(signed, first=first, account=account)

    def order_report(self, address: str, client_order_id: str) -> OrderReport:
        report = super().order_report(address, client_order_id)
        closed_all = client_order_id in self._closing
        return self.lists.report(client_order_id, report, closed_all=closed_all)

    def own_fills_since(self, address: str, start_ms: int) -> Sequence[OwnFill]:
        fills = super().own_fills_since(address, start_ms)
        last = {own.client_order_id: own.fill.tid for own in fills}
        late = {tid for name, tid in last.items() if self.lists.is_late(name)}
        return [own for own in fills if own.fill.tid not in late]

    def is_approved(self, agent: str, address: str) -> bool:
        """Say whether an agent may trade for an account."""
        return self._agents.get(agent) == address

    def _act(self, address: str, action: Mapping[str, Any]) -> Any:
        for wire in action.get("orders", ()):
            self._takes(address, wire["c"])
            self.lists.take(wire["c"])
        answer = super()._act(address, action)
        for wire in action.get("orders", ()):
            symbol = self._markets[wire["a"]].symbol
            if wire["r"] and not self.books.account(address).held(symbol):
                self._closing.add(wire["c"])
        return answer

    def _answer(self) -> None:
        if self.is_down:
            self._note(RESTART)
        super()._answer()


class LateOrderGate(OrderGate):
    """Orders that are on their way for long: every other one arrives just before it expires."""

    def _lands_in_ms(self, effect: Effect) -> int:
        after_ms = super()._lands_in_ms(effect)
        expires_ms = _expiry(effect)
        if not expires_ms or self._random.random() >= LAST_MOMENT_SHARE:
            return after_ms
        before_ms = BEFORE_EXPIRY_MS[int(self._random.random() * len(BEFORE_EXPIRY_MS))]
        return max(0, expires_ms - before_ms - self._loop.now_ms)


def _expiry(effect: Effect) -> int:
    """Give until when the venue takes what is sent; 0 if it does not say."""
    if not isinstance(effect, partial):
        return 0
    signed: Signed = effect.args[0]
    return json.loads(signed.body)["expiresAfter"] or 0

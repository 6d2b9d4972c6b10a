"""What users hold by hand in symbols that no follow of theirs has: nothing is entered beside it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.simulation.sources import FUNCTION_MS
from understudy.domain.decisions import CLOCKS_DIFFER_MS
from understudy.domain.money import ZERO
from understudy.workflows.copying.accounts import USABLE_MS

if TYPE_CHECKING:
    from tests.simulation.world import World
    from understudy.domain.follows import Ledger
    from understudy.domain.intents import Intent

# By then the reading that an entry rests on is from after the hand's last trade.
SHOWN_AFTER_MS = USABLE_MS + FUNCTION_MS + CLOCKS_DIFFER_MS


class Hands:
    """What users traded by hand, and when last; judges an entry when it is pinned.

    `traded` is the sum of it by account and symbol, and has those alone that ever were.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.traded: dict[tuple[str, str], Decimal] = {}
        self._moved_ms: dict[tuple[str, str], int] = {}

    def move(self, address: str, symbol: str, signed_size: Decimal) -> None:
        """Take in what a user trades now."""
        place = (address, symbol)
        self.traded[place] = self.traded.get(place, ZERO) + signed_size
        self._moved_ms[place] = self._world.loop.now_ms

    def entered_beside(self, entry: Intent) -> Iterator[str]:
        """Look whether the account holds the symbol since long by its owner's hand alone."""
        place = (entry.wallet_address, entry.symbol)
        moved_ms = self._moved_ms.get(place)
        if moved_ms is None:
            return
        live = self._world.venue.books.account(entry.wallet_address).held(entry.symbol)
        ledgers = list(self._ledgers_of(entry))
        if not live or any(_has(ledger, entry) for ledger in ledgers):
            return
        since_ms = max(moved_ms, *(ledger.flat_at_ms for ledger in ledgers))
        if self._world.loop.now_ms - since_ms > SHOWN_AFTER_MS:
            yield f"{entry.follow_id} {entry.symbol}: entered beside {live} of its owner's hand"

    def _ledgers_of(self, entry: Intent) -> Iterator[Ledger]:
        table = self._world.table
        for follow in table.follows.values():
            ledger = table.ledgers[follow.follow_id].get(entry.symbol)
            if follow.wallet_address == entry.wallet_address and ledger is not None:
                yield ledger


def _has(ledger: Ledger, entry: Intent) -> bool:
    """Say whether a follow has something of the symbol, or may have: other orders count."""
    return bool(ledger.held) or any(each.intent_id != entry.intent_id for each in ledger.pending)

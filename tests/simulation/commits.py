"""The copying store of a world, where every commit is judged as it is made.

So is every order that the venue takes: by then it must have been stored, and it comes once. The
commit itself is the in-memory store's, which passes the table's contract.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from tests.simulation.exclusive import orders_that_should_have_waited
from tests.simulation.shares import Shares
from tests.simulation.sources import FUNCTION_MS
from tests.simulation.spending import overspent, unevenly_reserved
from understudy.adapters.memory.copy_store import InMemoryCopyStore
from understudy.adapters.memory.copying_table import CopyingTable
from understudy.adapters.memory.market_store import InMemoryMarketStore
from understudy.adapters.memory.switch_board import InMemorySwitchBoard
from understudy.domain.announcements import EVENT_OF_STATUS
from understudy.domain.errors import ConflictError
from understudy.domain.follows import FollowStatus
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.reasons import Reason
from understudy.domain.receipts import Receipt
from understudy.ports.copying import Changes

CONTESTED = "symbol_contested"
# From the decision to the order, and how far clocks differ.
DECIDED_BEFORE_MS = FUNCTION_MS + 1_600


class JudgedCopyStore(InMemoryCopyStore):
    """Implements `CopyStore`.

    `note` counts the commits that found a symbol taken, `breaks` takes what did not hold,
    `entered_beside` says of an entry what its owner's hand has there; `endings` counts how often
    which copy ended how, for one that opens again ends again.
    """

    def __init__(
        self,
        table: CopyingTable,
        markets: InMemoryMarketStore,
        switches: InMemorySwitchBoard,
        note: Callable[[str], None],
        breaks: Callable[[str, str], None],
        entered_beside: Callable[[Intent], Iterable[str]],
    ) -> None:
        super().__init__(table, markets, switches)
        self._note = note
        self._break = breaks
        self._entered_beside = entered_beside
        self._newest: dict[tuple[str, str], int] = {}
        self._pinned: set[str] = set()
        self._shares = Shares(table)
        self.taken: set[str] = set()
        self.endings: Counter[tuple[str, str]] = Counter()

    def commit(self, changes: Changes) -> Changes:
        """Write all or nothing, and judge what was written."""
        ends = [each for each in changes.receipts if self._ends(each)]
        try:
            committed = super().commit(changes)
        except ConflictError:
            if self._is_owned_by_another(changes):
                self._note(CONTESTED)
            raise
        self._count(ends)
        if changes.intent is not None and changes.intent.version == 0:
            self._pinned.add(changes.intent.client_order_id)
            self._judge(changes.intent, committed)
            is_known = changes.intent.follow_id in self._table.follows
            if is_known and changes.receipts and changes.receipts[0].version == 0:
                self._judge_age(changes.intent, changes.receipts[0])
        for text in unevenly_reserved(self._table, changes):
            self._break("reserves_are_what_orders_hold", text)
        for text in self._shares.wanted_beyond(committed):
            self._break("no_more_is_wanted_than_the_share", text)
        if any(receipt.reason is Reason.SYMBOL_IN_USE for receipt in changes.receipts):
            self._note(CONTESTED)
        return committed

    def take(self, address: str, client_order_id: str) -> None:
        """Judge an order that the venue takes now, whether or not it fills."""
        if client_order_id not in self._pinned:
            text = f"{address}: {client_order_id} was sent and is not stored"
            self._break("nothing_is_sent_before_it_is_pinned", text)
        if client_order_id in self.taken:
            text = f"{address}: {client_order_id} was taken twice"
            self._break("an_order_is_taken_once", text)
        self.taken.add(client_order_id)

    def _ends(self, receipt: Receipt) -> bool:
        """Say whether a copy ends with this receipt, or ends otherwise than it had."""
        before = self._table.receipts[receipt.follow_id].get(receipt.seq)
        is_new = before is None or before.status is not receipt.status
        return is_new and receipt.status.is_terminal

    def _count(self, ends: list[Receipt]) -> None:
        for each in ends:
            self.endings[EVENT_OF_STATUS[each.status], each.copy_id] += 1

    def _is_owned_by_another(self, changes: Changes) -> bool:
        taken = changes.owner_taken
        if taken is None:
            return False
        owner = self._table.owners.get((taken.wallet_id, taken.symbol))
        return owner not in (None, taken.follow_id)

    def _judge(self, order: Intent, committed: Changes) -> None:
        """Judge an order that is pinned now: money, lane, other orders, its follow's standing."""
        if order.kind is IntentKind.LEVERAGE or not self._is_of_a_follow(order):
            return
        for text in overspent(self._table, committed):
            self._break("money_stays_within_its_budget", text)
        for text in orders_that_should_have_waited(self._table, order):
            self._break("orders_wait_for_those_under_way", text)
        status = self._table.follows[order.follow_id].status
        if order.kind is IntentKind.ENTRY and status is not FollowStatus.ACTIVE:
            self._break("a_stopped_follow_enters_nothing", f"{order.follow_id} is {status}")
        for text in self._entered_beside(order) if order.kind is IntentKind.ENTRY else ():
            self._break("nothing_is_entered_beside_a_hand", text)
        self._judge_place(order)

    def _is_of_a_follow(self, order: Intent) -> bool:
        """Say whether the follow of an order is stored; the table itself does not ask."""
        if order.follow_id in self._table.follows:
            return True
        text = f"{order.client_order_id}: nobody follows as {order.follow_id}"
        self._break("an_order_is_a_follows", text)
        return False

    def _judge_age(self, order: Intent, receipt: Receipt) -> None:
        """Judge what is entered at once; what waited or was carried has a time of its own."""
        most_ms = self._table.follows[order.follow_id].limits.max_copy_age_seconds * 1000
        age_ms = order.created_at_ms - receipt.leader_time_ms
        if order.kind is IntentKind.ENTRY and age_ms > most_ms + DECIDED_BEFORE_MS:
            text = f"{order.follow_id}: trade {receipt.seq} is entered {age_ms} ms after it"
            self._break("an_entry_is_young", text)

    def _judge_place(self, order: Intent) -> None:
        place = (order.follow_id, order.symbol)
        newest = self._newest.get(place, 0)
        if order.attempt == 1 and order.seq < newest:
            text = f"{place}: trade {order.seq} was ordered after {newest}"
            self._break("lanes_keep_their_order", text)
        self._newest[place] = max(newest, order.seq)

"""What must hold while a run goes on: exits in time, and nothing of a leader unseen for long.

It looks every few seconds. A clock stands still while what it measures cannot happen: the venue is
down, nobody listens (where listeners die often), the agent may not sign, the user's own kill switch
is on (or was, until a sweep), an order was refused three times in a row, a worker has died and its
queue has not given the message again (a sweep's, where only a sweep knows what was never sent), the
answer to an order was lost and nobody can say yet whether it took effect, or the venue does not
list all of an order, until production has asked once more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from custody.agents import AgentStatus
from tests.simulation.lists import EVER_MS
from understudy.domain.follows import FollowStatus
from understudy.domain.limits import OnStop
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipting import STOPPED
from understudy.messages import (
    CheckLeader,
    FollowerExecute,
    ReconcileCommand,
    ReconcileWallet,
    ResolveIntent,
    WakeLane,
)
from understudy.ports.switches import Switch
from understudy.workflows.reconciling.resolving import WHOLE_AFTER_MS

if TYPE_CHECKING:
    from tests.simulation.sources import Source
    from tests.simulation.world import World
    from understudy.domain.follows import Follow, Ledger
    from understudy.domain.ids import WalletId
    from understudy.domain.intents import Intent
    from understudy.domain.trades import Fill

LOOK_MS = 5_000
CLOSED_WITHIN_MS = 60_000
# Four checks of a minute, of which some may fail.
SEEN_WITHIN_MS = 240_000
GIVEN_AGAIN_MS = 65_000
# Three sweeps of a minute, of which some may fail.
SWEPT_WITHIN_MS = 185_000
ANSWERED_MS = 10_000
REFUSED_IN_A_ROW = 3
Place = tuple[str, str]


def group_of(leader: str) -> str:
    """Name the group of a leader's messages."""
    return f"{HYPERLIQUID}#{leader}"


def sweep_of(wallet_id: WalletId) -> Hashable:
    """Name the messages of the sweep about one wallet."""
    return ("sweep", wallet_id)


def concerned(world: World, message: ReconcileCommand) -> tuple[Hashable, ...]:
    """Give the wallet or the leader who waits for what a message asks for."""
    match message:
        case WakeLane():
            return (message.converge.wallet_id,)
        case ResolveIntent():
            return (world.table.follows[message.follow_id].wallet_id,)
        case CheckLeader():
            return (message.leader,)
        case ReconcileWallet():
            return (sweep_of(message.wallet_id),)
        case _:
            return ()


class Watch:
    """Keeps a clock per open exit and per trade that no book has yet."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open_ms: Counter[Place] = Counter()
        self._kept: set[Place] = set()
        self._unseen: dict[tuple[str, str], tuple[Fill, int]] = {}
        self._died_ms: dict[tuple[str, Hashable], int] = {}

    def start(self) -> None:
        """Look now and again."""
        self._look()
        self._world.loop.call(self.start, LOOK_MS)

    def expect(self, leader: str, fill: Fill) -> None:
        """Wait for a leader's fill to come into the leader's book."""
        self._unseen[leader, fill.tid] = fill, 0

    def notice_death(self, source: Source[Any], groups: Iterable[Hashable]) -> None:
        """Notice that a step died just now at work on groups of messages."""
        for group in groups:
            self._died_ms[source.name, group] = self._world.loop.now_ms

    def is_kept(self, follow: Follow, symbol: str) -> bool:
        """Say whether a follow holds a symbol because its user wanted it kept."""
        return (follow.follow_id, symbol) in self._kept

    def _look(self) -> None:
        live: dict[str, frozenset[str]] = {}
        for follow in self._world.table.follows.values():
            if follow.status is not FollowStatus.DELETED:
                if follow.leader not in live:
                    live[follow.leader] = self._world.venue.books.account(follow.leader).symbols
                self._look_at(follow, live[follow.leader])
        self._look_for_unseen()

    def _look_at(self, follow: Follow, live: frozenset[str]) -> None:
        world = self._world
        known = world.table.books.get((HYPERLIQUID, follow.leader))
        for symbol, ledger in world.table.ledgers[follow.follow_id].items():
            place = (follow.follow_id, symbol)
            if symbol in live or not ledger.held:
                self._open_ms.pop(place, None)
                self._kept.discard(place)
            elif self._keeps(follow) or self._was_kept(follow, ledger):
                self._kept.add(place)
            elif known and not known.positions.get(symbol) and self._can_close(ledger):
                self._count(place)

    def _keeps(self, follow: Follow) -> bool:
        """Say whether a follow has stopped whose owner keeps what it holds."""
        is_disabled = self._world.switches.is_on(Switch.COPY_DISABLED, follow.user_id)
        is_stopped = is_disabled or follow.status is not FollowStatus.ACTIVE
        return is_stopped and follow.limits.on_stop is OnStop.KEEP

    def _was_kept(self, follow: Follow, ledger: Ledger) -> bool:
        """Say whether the newest trade met a stopped follow, whose owner keeps what it holds."""
        receipt = self._world.table.receipts[follow.follow_id].get(ledger.last_seq)
        was_stopped = receipt is not None and receipt.reason in STOPPED
        return was_stopped and follow.limits.on_stop is OnStop.KEEP

    def _can_close(self, ledger: Ledger) -> bool:
        queues, follow = self._world.queues, self._world.table.follows[ledger.follow_id]
        return not (
            self._world.venue.is_down
            or self._is_held_up(queues.lanes, follow.wallet_id)
            or self._is_held_up(queues.reconcile, follow.wallet_id)
            or self._is_held_up(queues.reconcile, follow.leader)
            or self._is_held_up(queues.leader_sync, group_of(follow.leader))
            or self._waits_for_sweep(follow, ledger.symbol)
            or ledger.exit_pauses >= REFUSED_IN_A_ROW
            or self._is_unknown(ledger)
            or not self._may_sign(follow)
            or self._world.switches.was_on(Switch.KILL_USER, follow.user_id, SWEPT_WITHIN_MS)
        )

    def _waits_for_sweep(self, follow: Follow, symbol: str) -> bool:
        """Say whether a symbol's newest trade is in no lane (any more), and who looks for it died.

        It reached none, or was given to one so often in vain that it lies among the dead letters.
        """
        queues, receipts = self._world.queues, self._world.table.receipts[follow.follow_id]
        if not self._is_held_up(queues.reconcile, sweep_of(follow.wallet_id)):
            return False
        trades = self._world.table.trades[HYPERLIQUID, follow.leader].values()
        newest = max((each.seq for each in trades if each.symbol == symbol), default=0)
        is_lost = newest not in receipts or self._is_dead(follow, newest)
        return is_lost and not queues.lanes.holds(follow.wallet_id)

    def _is_dead(self, follow: Follow, seq: int) -> bool:
        """Say whether a trade's message to a follow is a dead letter of its lane."""
        letters = (each.message for each in self._world.queues.lanes.dead)
        return any(
            isinstance(each, FollowerExecute)
            and (each.follow_id, each.trade.seq) == (follow.follow_id, seq)
            for each in letters
        )

    def _is_held_up(self, source: Source[Any], group: Hashable) -> bool:
        """Say whether a step died at work on a group that was not given again since."""
        died_ms = self._died_ms.get((source.name, group), 0)
        is_known_free = source is not self._world.queues.reconcile and not source.is_busy(group)
        if is_known_free:
            self._died_ms.pop((source.name, group), None)
        return not is_known_free and died_ms > self._world.loop.now_ms - GIVEN_AGAIN_MS

    def _is_unknown(self, ledger: Ledger) -> bool:
        """Say whether an order of the symbol got no answer and may still take effect."""
        orders = [
            self._world.table.intents[ledger.follow_id, each.intent_id] for each in ledger.pending
        ]
        now_ms = self._world.loop.now_ms
        return any(
            each.created_at_ms + LOOK_MS < now_ms < self._known_by_ms(each) for each in orders
        )

    def _known_by_ms(self, order: Intent) -> int:
        """Give by when an order's outcome must be known: a slow list is asked for by the sweep."""
        known_ms = order.expires_at_ms + ANSWERED_MS
        slow_ms = self._world.venue.lists.slow_until_ms(order.client_order_id)
        if not slow_ms:
            return known_ms
        if slow_ms == EVER_MS:
            slow_ms = order.expires_at_ms + WHOLE_AFTER_MS
        return max(known_ms, slow_ms) + SWEPT_WITHIN_MS

    def _may_sign(self, follow: Follow) -> bool:
        agent = self._world.custody.agent(follow.agent_id)
        if agent is None or agent.status is not AgentStatus.ACTIVE:
            return False
        return self._world.venue.is_approved(agent.address, follow.wallet_address)

    def _count(self, place: Place) -> None:
        if place in self._kept:
            return
        self._open_ms[place] += LOOK_MS
        if self._open_ms[place] == CLOSED_WITHIN_MS + LOOK_MS:
            text = f"{place[0]} {place[1]}: open for a minute after the leader's close was known"
            self._world.breaks("a_leaders_close_is_copied_in_time", text)

    def _look_for_unseen(self) -> None:
        for (leader, tid), (fill, waited_ms) in list(self._unseen.items()):
            if self._is_known(leader, fill):
                del self._unseen[leader, tid]
            elif self._can_see(leader):
                unseen_ms = waited_ms + LOOK_MS
                self._unseen[leader, tid] = fill, unseen_ms
                if unseen_ms == SEEN_WITHIN_MS + LOOK_MS:
                    text = f"{leader} {fill.symbol}: a trade is unseen for four minutes"
                    self._world.breaks("a_leaders_trade_is_seen_in_time", text)

    def _can_see(self, leader: str) -> bool:
        queues = self._world.queues
        is_heard = self._world.is_listening or not self._world.may_be_unheard
        return is_heard and not (
            self._world.venue.is_down
            or self._is_held_up(queues.leader_sync, group_of(leader))
            or self._is_held_up(queues.reconcile, leader)
        )

    def _is_known(self, leader: str, fill: Fill) -> bool:
        """Say whether a fill is stored, or the book shows the position all the same."""
        if fill.key in self._world.table.fills[HYPERLIQUID, leader]:
            return True
        book = self._world.table.books.get((HYPERLIQUID, leader))
        held = self._world.venue.books.account(leader).held(fill.symbol)
        return book is not None and book.positions.get(fill.symbol, 0) == held

"""What one command sees of its follow: records and surroundings, read and replaced together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from understudy.domain.errors import DependencyError
from understudy.domain.exits import keeps_positions
from understudy.domain.follows import FollowStatus, Ledger
from understudy.domain.ids import FollowId
from understudy.domain.intents import Intent, Outcome, Signed, Unknown
from understudy.domain.markets import Market
from understudy.domain.receipts import Receipt
from understudy.domain.replacing import replace
from understudy.domain.situation import Situation
from understudy.domain.trades import Trade
from understudy.ports.clock import Clock
from understudy.ports.copying import Changes, CopyStore, FollowState, Place, Surroundings
from understudy.ports.delivery import Queues, VenueBudget
from understudy.ports.venue import Venue

RATE_LIMITED = "RATE_LIMITED"


@dataclass(frozen=True, slots=True)
class CopyPorts:
    """What copying needs from the world; `venues` by name, `epoch` the execution epoch."""

    store: CopyStore
    venues: Mapping[str, Venue]
    queues: Queues
    budget: VenueBudget
    clock: Clock
    epoch: int = 0

    def submit(self, intent: Intent, signed: Signed, *, first: bool) -> Outcome:
        """Send pinned bytes once; a venue that answers 429 is asked less for a while."""
        venue, account = intent.venue, intent.wallet_address
        outcome = self.venues[venue].submit(signed, first=first, account=account)
        if isinstance(outcome, Unknown) and outcome.cause == RATE_LIMITED:
            self.budget.refused(venue)
        return outcome


@dataclass(frozen=True)
class View:
    """A follow and what lies around it for one symbol, with the receipt and intent under way.

    `first` says that the intent was pinned here and now, so that nothing was sent before.
    """

    state: FollowState
    around: Surroundings
    symbol: str
    receipt: Receipt | None = None
    intent: Intent | None = None
    first: bool = False

    @property
    def is_deleted(self) -> bool:
        """Say whether the follow is over: what it left belongs to its owner's own hand."""
        return self.state.follow.status is FollowStatus.DELETED

    @property
    def is_kept(self) -> bool:
        """Say whether the follow has stopped and its owner keeps what an exit would close."""
        return keeps_positions(self.state.follow, self.around.switches)

    @property
    def ledger(self) -> Ledger:
        """Give the symbol's ledger."""
        return self.state.ledger(self.symbol)

    @property
    def market(self) -> Market:
        """Give the symbol's market; raises DependencyError until the listener has stored it."""
        if self.around.market is None:
            raise DependencyError("the market of this symbol is not known yet", symbol=self.symbol)
        return self.around.market

    def situation(self, trade: Trade, now_ms: int) -> Situation:
        """Gather what a decision about a trade reads."""
        ledger, until_ms = self.ledger, self.state.follow.agent_valid_until_ms
        switches = self.around.switches
        if until_ms and now_ms >= until_ms:
            switches = replace(switches, authority_revoked=True)
        return Situation(
            trade=trade,
            follow=self.state.follow,
            budget=self.state.budget,
            ledger=ledger,
            ledgers={**self.state.ledgers, self.symbol: ledger},
            owner=self.around.owner,
            account=self.around.account,
            leader_account=self.around.leader_account,
            switches=switches,
            market=self.market,
            marks=self.around.marks,
            now_ms=now_ms,
            entries_rest_until_ms=self.around.lane.entries_rest_until_ms,
        )

    def with_ledger(self, ledger: Ledger) -> View:
        """Give the view with another ledger of its symbol."""
        ledgers = {**self.state.ledgers, self.symbol: ledger}
        return replace(self, state=replace(self.state, ledgers=ledgers))

    def after(self, changes: Changes) -> View:
        """Give the view as a commit left it."""
        state, around = self.state, self.around
        ledgers = state.ledgers
        if changes.ledger is not None:
            ledgers = {**ledgers, self.symbol: changes.ledger}
        state = FollowState(changes.follow or state.follow, changes.budget or state.budget, ledgers)
        if changes.lane is not None:
            around = replace(around, lane=changes.lane)
        if changes.owner_taken is not None:
            around = replace(around, owner=changes.owner_taken.follow_id)
        if changes.owner_released is not None:
            around = replace(around, owner=None)
        receipt = changes.receipts[0] if changes.receipts else self.receipt
        return replace(self, state=state, around=around, receipt=receipt)


@dataclass(frozen=True, slots=True)
class Look:
    """A follow to be seen for one symbol, with the receipt of one trade.

    By default that is the last trade that the ledger saw.
    """

    state: FollowState
    symbol: str
    seq: int | None = None

    @property
    def place(self) -> Place:
        """Give the place to look around."""
        seq = self.state.ledger(self.symbol).last_seq if self.seq is None else self.seq
        return Place(self.state.follow, self.symbol, seq)


def read_view(
    store: CopyStore, follow_id: FollowId, symbol: str, seq: int | None = None
) -> View | None:
    """Read a follow for one symbol; None when it does not exist.

    The receipt is the one for the trade numbered `seq`, by default the last that the ledger saw.
    """
    state = store.follow_state(follow_id)
    if state is None:
        return None
    [view] = views_of(store, [Look(state, symbol, seq)])
    return view


def views_of(store: CopyStore, looks: Sequence[Look]) -> Sequence[View]:
    """Read what lies around follows that were read, each for one symbol, in one batch."""
    found = store.surroundings([look.place for look in looks])
    return [
        View(look.state, around, look.symbol, receipt=around.receipt)
        for look, around in zip(looks, found, strict=True)
    ]

"""What doing a command now would come to: its step's own decision, made and not carried out.

The signer's policy and the venue are not asked: they speak when the command is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import auto
from typing import TYPE_CHECKING

from understudy.domain.decisions import decide
from understudy.domain.errors import DependencyError
from understudy.domain.gaps import is_from_before, owes_receipts
from understudy.domain.intents import IntentState
from understudy.domain.naming import Named
from understudy.domain.reasons import Reason
from understudy.domain.receipting import trade_of
from understudy.domain.refusals import ACCOUNT_UNREAD
from understudy.messages import (
    CloseGaps,
    Command,
    Converge,
    FillFanOut,
    FollowerExecute,
    LeaderFills,
    ResolveIntent,
    WakeLane,
)
from understudy.ports.clock import Clock
from understudy.ports.copying import CopyStore, LeaderStore
from understudy.workflows.copying.deciding import decide_convergence, decide_waiting, rests
from understudy.workflows.copying.epochs import is_current
from understudy.workflows.copying.views import View, read_view
from understudy.workflows.watching.leader_books import OVERLAP_MS

if TYPE_CHECKING:
    from understudy.domain.plans import Decision
    from understudy.domain.receipts import Receipt


class Prospect(Named):
    """What would come of a command that is not decided to a reason."""

    FOLLOW_GONE = auto()
    EPOCH_PASSED = auto()
    BEFORE_START = auto()
    DONE_ALREADY = auto()
    UNDER_WAY = auto()
    ACCOUNT_FIRST = auto()
    ENTERS = auto()
    EXITS = auto()
    RESTS = auto()
    NOTHING_OPEN = auto()
    BOOK_BEGINS = auto()
    FILLS_KNOWN = auto()
    FILLS_PASSED = auto()
    FILLS_NEW = auto()
    FANS_OUT = auto()
    GAPS_CLOSE = auto()
    ASKS = auto()


WORDS: Mapping[Prospect, str] = {
    Prospect.FOLLOW_GONE: "nothing: the follow does not exist any more",
    Prospect.EPOCH_PASSED: "nothing: the records were restored since; what is open is found anew",
    Prospect.BEFORE_START: "nothing: it was numbered before the follow's start, and is not its own",
    Prospect.DONE_ALREADY: "nothing: it was done and has its receipt",
    Prospect.UNDER_WAY: "what was begun is taken up; nothing is decided anew",
    Prospect.ACCOUNT_FIRST: "the account is read, and then it is decided",
    Prospect.ENTERS: "an entry, unless the account has changed or the signer refuses",
    Prospect.EXITS: "an exit of what is held beyond the target",
    Prospect.RESTS: "nothing yet: the exit rests, and is tried again by itself",
    Prospect.NOTHING_OPEN: "nothing: what is held is what is wanted",
    Prospect.BOOK_BEGINS: "the leader's book begins with what the venue shows",
    Prospect.FILLS_KNOWN: "no new trade: every fill is stored; their trades are sent on once more",
    Prospect.FILLS_PASSED: "no new trade: a full look at the venue has passed these fills",
    Prospect.FILLS_NEW: "trades that nobody has numbered; their entries are copied while young",
    Prospect.FANS_OUT: "the trade goes to the shard's lanes; what has a receipt stays as it is",
    Prospect.GAPS_CLOSE: "trades of the ended follow without a receipt are sent into its lane",
    Prospect.ASKS: "the venue is asked as things stand now; nothing is decided from the message",
}


@dataclass(frozen=True, slots=True)
class Outlook:
    """A stable code, what it means, and what the records say now by name."""

    code: str
    words: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutlookPorts:
    """What an outlook reads; `epoch` is the deployed execution epoch."""

    copies: CopyStore
    leaders: LeaderStore
    clock: Clock
    epoch: int = 0


def explain(ports: OutlookPorts, message: Command) -> Outlook:
    """Say what a message would come to if it was done now; changes nothing."""
    if isinstance(message, FollowerExecute):
        return _of_trade(ports, message)
    if isinstance(message, (Converge, WakeLane)):
        inner = message.converge if isinstance(message, WakeLane) else message
        return _of_convergence(ports, inner)
    if isinstance(message, ResolveIntent):
        return _of_intent(ports, message)
    if isinstance(message, CloseGaps):
        return _of_last_gaps(ports, message)
    return _of_a_leader(ports, message)


def _of_a_leader(ports: OutlookPorts, message: Command) -> Outlook:
    if isinstance(message, LeaderFills):
        return _of_fills(ports, message)
    if isinstance(message, FillFanOut):
        return _of_shard(ports, message)
    return _outlook(Prospect.ASKS)


def _of_trade(ports: OutlookPorts, command: FollowerExecute) -> Outlook:
    trade = command.trade
    view = read_view(ports.copies, command.follow_id, trade.symbol, trade.seq)
    if view is None:
        return _outlook(Prospect.FOLLOW_GONE)
    facts = _facts_of(view)
    try:
        found = _trade_undecided(ports, view, command)
        if found is not None:
            return _outlook(found, facts)
        decision = decide(view.situation(trade, ports.clock.now_ms()))
    except DependencyError as error:
        return _fails_again(error, facts)
    return _decided(view, decision, facts, "a receipt with this reason, and no order")


def _trade_undecided(ports: OutlookPorts, view: View, command: FollowerExecute) -> Prospect | None:
    """Say why a trade comes to no decision, or None."""
    if not is_current(ports.epoch, view.state.follow, command.epoch):
        return Prospect.EPOCH_PASSED
    if view.receipt is None:
        is_before = is_from_before(view.state.follow, command.trade)
        return Prospect.BEFORE_START if is_before else None
    return Prospect.DONE_ALREADY if view.receipt.status.is_terminal else Prospect.UNDER_WAY


def _of_convergence(ports: OutlookPorts, command: Converge) -> Outlook:
    view = read_view(ports.copies, command.follow_id, command.symbol)
    if view is None or view.is_deleted:
        return _outlook(Prospect.FOLLOW_GONE)
    facts, now_ms = _facts_of(view), ports.clock.now_ms()
    try:
        found = _gap_undecided(ports, view, command, now_ms)
        if found is not None or view.receipt is None:
            return _outlook(found or Prospect.NOTHING_OPEN, facts)
        decision = _converging(view, view.receipt, command, now_ms)
    except DependencyError as error:
        return _fails_again(error, facts)
    if decision.order is None and decision.reason is Reason.NOTHING_TO_CLOSE:
        return _outlook(Prospect.NOTHING_OPEN, facts)
    without = f"no order; the target becomes {decision.ledger.target}"
    return _decided(view, decision, facts, without)


def _gap_undecided(
    ports: OutlookPorts, view: View, command: Converge, now_ms: int
) -> Prospect | None:
    """Say why a convergence comes to no decision, or None."""
    if not is_current(ports.epoch, view.state.follow, command.epoch):
        return Prospect.EPOCH_PASSED
    if view.ledger.pending:
        return Prospect.UNDER_WAY
    return Prospect.RESTS if rests(view, command, now_ms) else None


def _converging(view: View, receipt: Receipt, command: Converge, now_ms: int) -> Decision:
    """Decide as the lane would: an entry that waited goes once nothing is to be closed."""
    waiting = view.ledger.waiting
    trade = waiting.trade if waiting else trade_of(receipt, view.state.follow)
    decision = decide_convergence(view, trade, command, now_ms)
    if decision.order is None and decision.ledger.waiting is not None:
        return decide_waiting(view, decision.ledger.waiting, now_ms)
    return decision


def _decided(view: View, decision: Decision, facts: Mapping[str, str], without: str) -> Outlook:
    """Tell a decision; `without` are the words for one without an order."""
    order, reason = decision.order, decision.reason
    if order is not None:
        prospect = Prospect.EXITS if order.reduce_only else Prospect.ENTERS
        told = f"{WORDS[prospect]}: {order.side} {order.size} at {order.limit_price}"
        return Outlook(prospect.value, told, facts)
    if reason is None or (decision.bound_by == ACCOUNT_UNREAD and view.around.account is None):
        return _outlook(Prospect.ACCOUNT_FIRST, facts)
    bound = {**facts, "bound by": decision.bound_by} if decision.bound_by else facts
    return Outlook(reason.value, without, bound)


def _outlook(prospect: Prospect, facts: Mapping[str, str] | None = None) -> Outlook:
    return Outlook(prospect.value, WORDS[prospect], facts or {})


def _fails_again(error: DependencyError, facts: Mapping[str, str]) -> Outlook:
    return Outlook(error.code, f"it fails again: {error.message}", facts)


def _facts_of(view: View) -> dict[str, str]:
    follow, ledger = view.state.follow, view.ledger
    facts = {
        "follow": follow.status.value,
        "held": f"{ledger.held}",
        "target": f"{ledger.target}",
        "last trade of the symbol": f"{ledger.last_seq}",
    }
    if follow.pause_reason is not None:
        facts["paused by"] = follow.pause_reason.value
    if ledger.pending:
        facts["orders under way"] = f"{len(ledger.pending)}"
    if view.receipt is not None:
        reason = f" {view.receipt.reason}" if view.receipt.reason else ""
        facts["receipt"] = f"{view.receipt.status}{reason}"
    return facts


def _of_fills(ports: OutlookPorts, message: LeaderFills) -> Outlook:
    book = ports.leaders.leader_book(message.venue, message.leader)
    if not book.started:
        return _outlook(Prospect.BOOK_BEGINS)
    keys = [fill.key for fill in message.fills if not book.began_with(fill)]
    known = ports.leaders.fill_owners(message.venue, message.leader, keys) if keys else {}
    left = [key for key in keys if key not in known]
    new = [key for key in left if key.time_ms >= book.repaired_ms - OVERLAP_MS]
    facts = {
        "fills": f"{len(message.fills)}",
        "stored": f"{len(known)}",
        "new": f"{len(new)}",
        "last trade of the leader": f"{book.seq}",
    }
    if new:
        return _outlook(Prospect.FILLS_NEW, facts)
    return _outlook(Prospect.FILLS_PASSED if left else Prospect.FILLS_KNOWN, facts)


def _of_shard(ports: OutlookPorts, message: FillFanOut) -> Outlook:
    if message.epoch < ports.epoch:
        return _outlook(Prospect.EPOCH_PASSED)
    trade = message.trade
    shard = ports.leaders.follow_shard(trade.venue, trade.leader, message.shard)
    return _outlook(Prospect.FANS_OUT, {"follows in the shard": f"{len(shard.follows)}"})


def _of_intent(ports: OutlookPorts, command: ResolveIntent) -> Outlook:
    intent = ports.copies.intent(command.follow_id, command.intent_id)
    if intent is None:
        return _outlook(Prospect.DONE_ALREADY, {"order": "no record"})
    is_open = intent.state is IntentState.PENDING
    prospect = Prospect.ASKS if is_open else Prospect.DONE_ALREADY
    return _outlook(prospect, {"order": intent.state.value})


def _of_last_gaps(ports: OutlookPorts, command: CloseGaps) -> Outlook:
    state = ports.copies.follow_state(command.follow_id)
    if state is None:
        return _outlook(Prospect.FOLLOW_GONE)
    follow, budget = state.follow, state.budget
    prospect = Prospect.GAPS_CLOSE if owes_receipts(follow, budget) else Prospect.DONE_ALREADY
    return _outlook(prospect, {"receipts": f"up to {budget.checked_seq} of {follow.end_seq}"})

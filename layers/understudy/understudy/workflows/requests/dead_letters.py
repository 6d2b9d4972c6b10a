"""An operator's requests about dead letters: what one is about, what it would come to, redriving.

Nothing here changes a record: what is redriven is done by its own step, as records then say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain import prospects
from understudy.domain.exits import exit_size
from understudy.domain.intents import IntentState
from understudy.domain.prospects import Outlook, Prospect
from understudy.messages import (
    CLOSE_NOW,
    CheckLeader,
    Command,
    Converge,
    FillFanOut,
    FollowerExecute,
    LaneCommand,
    LeaderFills,
    LearnLeverage,
    ReconcileCommand,
    ResolveIntent,
    WakeLane,
)
from understudy.ports.clock import Clock
from understudy.ports.copying import CopyStore, FollowState, LeaderStore, MarketStore
from understudy.workflows.copying.closing_out import wants_closing
from understudy.workflows.copying.converging import WINDOW_ENDS
from understudy.workflows.watching.leader_books import OVERLAP_MS

if TYPE_CHECKING:
    from understudy.ports.dead_letters import DeadLetter, DeadLetters


@dataclass(frozen=True, slots=True)
class OpsPorts:
    """What explaining reads; `epoch` is the deployed execution epoch."""

    copies: CopyStore
    leaders: LeaderStore
    markets: MarketStore
    clock: Clock
    epoch: int = 0


def redrive(letters: DeadLetters, letter: DeadLetter) -> None:
    """Send a letter back and only then take it out.

    Whoever stops in between leaves it in both places: it is then done twice, which is harmless.
    """
    letters.send_back(letter)
    letters.remove(letter)


def explain(ports: OpsPorts, message: Command) -> Outlook:
    """Say what a message would come to if it was done now; changes nothing."""
    if isinstance(message, FollowerExecute):
        return _of_trade(ports, message)
    if isinstance(message, (Converge, WakeLane)):
        inner = message.converge if isinstance(message, WakeLane) else message
        return _of_convergence(ports, inner)
    if isinstance(message, ResolveIntent):
        return _of_intent(ports, message)
    return _of_a_leader(ports, message)


def _of_a_leader(ports: OpsPorts, message: Command) -> Outlook:
    if isinstance(message, LeaderFills):
        return _of_fills(ports, message)
    if isinstance(message, FillFanOut):
        return _of_shard(ports, message)
    return Outlook(Prospect.ASKS)


def _of_trade(ports: OpsPorts, command: FollowerExecute) -> Outlook:
    trade, state = command.trade, ports.copies.follow_state(command.follow_id)
    if state is None:
        return Outlook(Prospect.FOLLOW_GONE)
    receipt = ports.copies.receipt(command.follow_id, trade.seq)
    ledger, now_ms = state.ledger(trade.symbol), ports.clock.now_ms()
    prospect = prospects.of_epochs(state.follow, command.epoch, ports.epoch)
    prospect = prospect or prospects.of_trade(trade, state.follow, ledger, receipt, now_ms)
    facts = _facts_of(state, trade.symbol)
    if receipt is not None:
        reason = "" if receipt.reason is None else f" {receipt.reason}"
        facts["receipt"] = f"{receipt.status}{reason}"
    return Outlook(prospect, facts)


def _of_convergence(ports: OpsPorts, command: Converge) -> Outlook:
    state = ports.copies.follow_state(command.follow_id)
    if state is None:
        return Outlook(Prospect.FOLLOW_GONE)
    follow, ledger = state.follow, state.ledger(command.symbol)
    market = ports.markets.markets(follow.venue).get(command.symbol)
    too_much = abs(ledger.held - ledger.target) if market is None else exit_size(ledger, market)
    prospect = prospects.of_epochs(follow, command.epoch, ports.epoch)
    prospect = prospect or prospects.of_convergence(
        follow,
        ledger,
        too_much,
        ports.clock.now_ms(),
        closes=command.cause == CLOSE_NOW and wants_closing(follow),
        ends=command.cause in WINDOW_ENDS,
    )
    return Outlook(prospect, _facts_of(state, command.symbol))


def _facts_of(state: FollowState, symbol: str) -> dict[str, str]:
    ledger = state.ledger(symbol)
    facts = {
        "follow": state.follow.status.value,
        "held": f"{ledger.held}",
        "target": f"{ledger.target}",
        "last trade of the symbol": f"{ledger.last_seq}",
    }
    if state.follow.pause_reason is not None:
        facts["paused by"] = state.follow.pause_reason.value
    if ledger.pending:
        facts["orders under way"] = f"{len(ledger.pending)}"
    return facts


def _of_fills(ports: OpsPorts, message: LeaderFills) -> Outlook:
    book = ports.leaders.leader_book(message.venue, message.leader)
    if not book.started:
        return Outlook(Prospect.BOOK_BEGINS)
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
        return Outlook(Prospect.FILLS_NEW, facts)
    return Outlook(Prospect.FILLS_PASSED if left else Prospect.FILLS_KNOWN, facts)


def _of_shard(ports: OpsPorts, message: FillFanOut) -> Outlook:
    if message.epoch < ports.epoch:
        return Outlook(Prospect.EPOCH_PASSED)
    trade = message.trade
    shard = ports.leaders.follow_shard(trade.venue, trade.leader, message.shard)
    return Outlook(Prospect.FANS_OUT, {"follows in the shard": f"{len(shard.follows)}"})


def _of_intent(ports: OpsPorts, command: ResolveIntent) -> Outlook:
    intent = ports.copies.intent(command.follow_id, command.intent_id)
    if intent is None:
        return Outlook(Prospect.DONE_ALREADY, {"order": "no record"})
    is_open = intent.state is IntentState.PENDING
    return Outlook(
        Prospect.ASKS if is_open else Prospect.DONE_ALREADY, {"order": intent.state.value}
    )


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what a message is about; `at_ms` is when it was made, 0 where it does not say."""

    kind: str
    follow: str = ""
    leader: str = ""
    symbol: str = ""
    seq: int = 0
    at_ms: int = 0


def about(message: Command) -> About:
    """Say whom and what a message is about."""
    kind = type(message).__name__
    match message:
        case FollowerExecute():
            trade, queued_at_ms = message.trade, message.queued_at_ms
            return About(
                kind, message.follow_id, trade.leader, trade.symbol, trade.seq, queued_at_ms
            )
        case FillFanOut():
            trade = message.trade
            return About(kind, "", trade.leader, trade.symbol, trade.seq, trade.stored_at_ms)
        case LeaderFills():
            symbols = sorted({fill.symbol for fill in message.fills})
            at_ms = min((fill.seen_at_ms for fill in message.fills), default=0)
            return About(kind, "", message.leader, ",".join(symbols), 0, at_ms)
        case LearnLeverage() | CheckLeader():
            return About(kind, "", message.leader, getattr(message, "symbol", ""))
        case _:
            return _about_a_follow(message)


def _about_a_follow(message: LaneCommand | ReconcileCommand) -> About:
    kind = type(message).__name__
    inner = message.converge if isinstance(message, WakeLane) else message
    if isinstance(inner, Converge):
        return About(kind, inner.follow_id, "", inner.symbol, 0, inner.queued_at_ms)
    if isinstance(inner, ResolveIntent):
        return About(kind, inner.follow_id)
    return About(kind, getattr(inner, "wallet_id", ""))

"""Copy trades in a wallet's lane: decide, claim, sign, send, settle; exactly one effect each.

Every step can be repeated: what was pinned before is taken up again, never decided anew.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence

from understudy.domain.carrying import without_late_carry
from understudy.domain.decisions import decide
from understudy.domain.errors import ConflictError, DependencyError, VenueUnreachableError
from understudy.domain.exits import exit_size
from understudy.domain.gaps import is_from_before
from understudy.domain.intents import Intent
from understudy.domain.limits import CopyMode
from understudy.domain.plans import Decision
from understudy.domain.reasons import Reason
from understudy.domain.receipting import trade_of
from understudy.domain.receipts import CopyStatus
from understudy.domain.replacing import replace
from understudy.domain.situation import mode_of
from understudy.domain.trades import Trade, TradeKind
from understudy.messages import Converge, FollowerExecute, LaneCommand, WakeLane
from understudy.ports.concurrency import Pool
from understudy.ports.signing import Signer
from understudy.workflows.copying.accounts import with_account
from understudy.workflows.copying.claims import claim
from understudy.workflows.copying.converging import (
    STARTED,
    WINDOW_ENDS,
    converge_with_the_budget,
    convergence,
    wake_after_rest,
)
from understudy.workflows.copying.deciding import (
    closes_now,
    decide_convergence,
    rests,
    wanted_ledger,
)
from understudy.workflows.copying.epochs import is_current
from understudy.workflows.copying.lanes import Answer, Key, Signing, run_lanes
from understudy.workflows.copying.orders import carry_out, take_up
from understudy.workflows.copying.preparing import prepare
from understudy.workflows.copying.reading_ahead import first_views
from understudy.workflows.copying.settling import CONFLICT_TRIES
from understudy.workflows.copying.views import CopyPorts, View, read_view

Claiming = Generator[Intent, Answer, View]
# How long a convergence waits before it asks again what became of an order.
UNKNOWN_SECONDS = 5


def run_delivery(
    ports: CopyPorts,
    signer: Signer,
    pool: Pool,
    lanes: Mapping[Key, Sequence[LaneCommand]],
) -> dict[Key, BaseException]:
    """Run lanes side by side; gives those that failed, with their errors."""
    views = first_views(ports, lanes, pool)
    running = {lane: run_lane(ports, lanes[lane], views.get(lane)) for lane in lanes}
    return run_lanes(running, signer, pool)


def run_lane(
    ports: CopyPorts, commands: Sequence[LaneCommand], first: View | None = None
) -> Signing:
    """Run the commands of one lane in order; an error leaves the rest for the next delivery.

    `first` is what the first command needs, if somebody has read it already.
    """
    for command in commands:
        if isinstance(command, FollowerExecute):
            yield from copy_trade(ports, command, first)
        else:
            yield from converge(ports, command, first)
        first = None


def copy_trade(ports: CopyPorts, command: FollowerExecute, view: View | None = None) -> Signing:
    """Do what one follow does about one trade, or go on with what was begun."""
    trade = command.trade
    view = view or read_view(ports.store, command.follow_id, trade.symbol, trade.seq)
    if view is None or not is_current(ports.epoch, view.state.follow, command.epoch):
        return
    if view.receipt is None and is_from_before(view.state.follow, trade):
        return
    if view.receipt is None:
        view = yield from _decide_and_claim(ports, view, command)
    else:
        view = take_up(ports, view)
    if _leaves_to_the_window(view, trade):
        _wake_at_window_end(ports, view, trade)
    yield from carry_out(ports, view, trade)


def converge(ports: CopyPorts, command: Converge, view: View | None = None) -> Signing:
    """Bring what is held to the target: the next attempt of an exit, or a slower mode's window."""
    view = view or read_view(ports.store, command.follow_id, command.symbol, command.seq or None)
    if view is None or not is_current(ports.epoch, view.state.follow, command.epoch):
        return
    if view.receipt is None:
        return
    receipt = view.receipt
    view = take_up(ports, view)
    ledger = view.ledger
    now_ms = ports.clock.now_ms()
    if view.intent is None and (command.seq or rests(view, command, now_ms)):
        # Whoever let it rest may have died before asking for what comes after.
        wake_after_rest(ports, view.state.follow, view.ledger, now_ms)
        return
    waiting = ledger.waiting
    trade = waiting.trade if waiting else trade_of(receipt, view.state.follow)
    if view.intent is None and not ledger.pending and not view.is_deleted:
        closing = yield from _close_the_gap(ports, view, trade, command)
        if closing is None:
            converge_with_the_budget(ports, command)
            return
        view = closing
    elif _waits_for_an_outcome(view, trade, command, now_ms):
        _wake_again(ports, command, UNKNOWN_SECONDS)
    yield from carry_out(ports, view, trade)


def _close_the_gap(
    ports: CopyPorts, view: View, trade: Trade, command: Converge
) -> Generator[Intent, Answer, View | None]:
    """Pin the order that brings what is held to the target, if one is needed.

    None while the venue's request budget has nothing left for an exit.
    """
    if wanted_ledger(view, command).wanted_more:
        view = with_account(ports, view, command.queued_at_ms)
    decision = decide_convergence(view, trade, command, ports.clock.now_ms())
    is_new = decision.ledger != view.ledger or _ends_what_was_carried(view, decision)
    if decision.order is None and not is_new:
        return view
    view, decision = yield from prepare(ports, view, trade, decision)
    if decision.is_put_off:
        return None
    if command.cause in WINDOW_ENDS and _closes_before_opening(decision):
        _wake_again(ports, command)
    return claim(ports, view, trade, decision, leg=0, queued_at_ms=command.queued_at_ms)


def _ends_what_was_carried(view: View, decision: Decision) -> bool:
    """Say whether an exit that was left to its window's end is not made then, and why."""
    if view.receipt is None or view.receipt.status is not CopyStatus.CARRIED:
        return False
    return decision.reason is not Reason.CARRIED and bool(exit_size(view.ledger, view.market))


def _decide_and_claim(ports: CopyPorts, view: View, command: FollowerExecute) -> Claiming:
    trade = command.trade
    for _ in range(CONFLICT_TRIES):
        try:
            view = _with_fresh_account(ports, view, command)
            decision = decide(view.situation(trade, ports.clock.now_ms()))
            view, decision = yield from prepare(ports, view, trade, decision)
            leg = 1 if trade.kind is TradeKind.FLIP and _opens(decision) else 0
            return claim(ports, view, trade, decision, leg=leg, queued_at_ms=command.queued_at_ms)
        except ConflictError:
            view = _read_again(ports, view, trade)
        if view.receipt is not None:
            return take_up(ports, view)
    raise DependencyError("the records of a follow keep changing", follow=command.follow_id)


def _opens(decision: Decision) -> bool:
    return decision.order is not None and not decision.order.reduce_only


def _read_again(ports: CopyPorts, view: View, trade: Trade) -> View:
    fresh = read_view(ports.store, view.state.follow.follow_id, trade.symbol, trade.seq)
    if fresh is None:
        raise DependencyError("a follow went away while it was copied")
    return fresh


def _with_fresh_account(ports: CopyPorts, view: View, command: FollowerExecute) -> View:
    """Read the account again before an entry when the last reading is too old.

    An entry that is too old itself needs none, nor one of a follow that ended: it never becomes an
    order.
    """
    trade = command.trade
    if view.is_deleted or trade.kind in (TradeKind.REDUCE, TradeKind.CLOSE):
        return view
    try:
        return with_account(ports, view, command.queued_at_ms)
    except VenueUnreachableError:
        if view.situation(trade, ports.clock.now_ms()).is_stale:
            return view
        raise


def _waits_for_an_outcome(view: View, trade: Trade, command: Converge, now_ms: int) -> bool:
    """Say whether a convergence must come again once no order is unknown any more.

    A window's end does for what it collected; a start does, or an exit that rests would rest on;
    so does the close of a stop.
    """
    if view.is_deleted or not view.ledger.pending:
        return False
    if command.cause in WINDOW_ENDS:
        return bool(without_late_carry(view.situation(trade, now_ms)).wanted_more)
    return command.cause == STARTED or closes_now(view, command)


def _closes_before_opening(decision: Decision) -> bool:
    """Say whether a window went from one side to the other: its entry follows the exit."""
    closes = decision.order is not None and decision.order.reduce_only
    return closes and bool(decision.ledger.wanted_more)


def _wake_again(ports: CopyPorts, command: Converge, delay_seconds: int = 1) -> None:
    """Have a convergence come again after a while.

    By another time than before, by whosever clock: the lane's queue takes a command once. And by
    one that all share who wait for the same: each sweep asks for a stop's closes anew.
    """
    now_ms = ports.clock.now_ms()
    queued_at_ms = max(now_ms - now_ms % (delay_seconds * 1000), command.queued_at_ms + 1)
    again = replace(command, queued_at_ms=queued_at_ms)
    ports.queues.to_reconcile(WakeLane(again), delay_seconds=delay_seconds)


def _leaves_to_the_window(view: View, trade: Trade) -> bool:
    """Say whether a trade left an order to its window's end, if it has one.

    Of a flip that may be the close alone: why nothing is opened is then the receipt's reason.
    """
    if view.receipt is None:
        return False
    if view.receipt.reason is Reason.CARRIED:
        return True
    return trade.kind is TradeKind.FLIP and bool(exit_size(view.ledger, view.market))


def _wake_at_window_end(ports: CopyPorts, view: View, trade: Trade) -> None:
    """Have the lane converge when a slower mode's window ends; harmless when repeated.

    The queue waits the whole seconds, whoever takes the message from it the rest.
    """
    now_ms = ports.clock.now_ms()
    mode = mode_of(trade, view.state.follow)
    if mode is CopyMode.REALTIME:
        return
    limits, follow = view.state.follow.limits, view.state.follow
    window_ms = limits.throttle_window_ms
    if mode is CopyMode.SAFE_POLL:
        window_ms = limits.sync_interval_seconds * 1000
    wake = convergence(follow, view.symbol, mode.value, now_ms)
    due_ms = now_ms + window_ms
    ports.queues.to_reconcile(WakeLane(wake, due_ms), delay_seconds=window_ms // 1000)

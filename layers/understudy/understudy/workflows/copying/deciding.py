"""What a lane decides about what it has seen of a follow; nothing is read or written here."""

from __future__ import annotations

from understudy.domain.decisions import decide_entry, decide_gap, decide_stop
from understudy.domain.exits import exit_size
from understudy.domain.follows import Ledger, WaitingOpen
from understudy.domain.money import ZERO
from understudy.domain.plans import Decision
from understudy.domain.replacing import replace
from understudy.domain.trades import Trade
from understudy.messages import CLOSE_NOW, Converge
from understudy.workflows.copying.closing_out import wants_closing
from understudy.workflows.copying.converging import (
    STARTED,
    WINDOW_ENDS,
    orders_what_is_carried,
)
from understudy.workflows.copying.views import View

# A receipt names every order and must fit into a table.
ORDERS_AT_MOST = 500


def decide_waiting(view: View, waiting: WaitingOpen, now_ms: int) -> Decision:
    """Decide about the entry that waited, now that what stood against it is closed."""
    opening = view.with_ledger(replace(view.ledger, waiting=None))
    return decide_entry(opening.situation(waiting.trade, now_ms), waiting.increase)


def decide_convergence(view: View, trade: Trade, command: Converge, now_ms: int) -> Decision:
    """Decide about the gap between what is held and what a convergence wants held."""
    situation = replace(view.situation(trade, now_ms), ledger=wanted_ledger(view, command))
    if closes_now(view, command) and view.ledger.target and not view.ledger.held:
        return decide_stop(situation)
    decision = decide_gap(situation, window_ends=orders_what_is_carried(command.cause))
    if decision.order is None and exit_size(decision.ledger, view.market):
        # Nothing is tried, so who was called for help is needed still.
        called = replace(decision.ledger, needs_operator=view.ledger.needs_operator)
        return replace(decision, ledger=called)
    return decision


def wanted_ledger(view: View, command: Converge) -> Ledger:
    """Give the ledger as a convergence wants it: with its target, or without one."""
    if closes_now(view, command):
        return _closing(view.ledger)
    return replace(view.ledger, needs_operator=False)


def rests(view: View, command: Converge, now_ms: int) -> bool:
    """Say whether it is too early to try again.

    What its owner asks for now waits for nothing, nor does a window that collected a new trade.
    """
    if closes_now(view, command) or command.cause == STARTED:
        return False
    if view.receipt is not None and len(view.receipt.legs) >= ORDERS_AT_MOST:
        return True
    return command.cause not in WINDOW_ENDS and now_ms < view.ledger.exit_rests_until_ms


def closes_now(view: View, command: Converge) -> bool:
    """Say whether the target is given up: a stop's close is nothing to a follow that runs again."""
    return command.cause == CLOSE_NOW and wants_closing(view.state.follow)


def _closing(ledger: Ledger) -> Ledger:
    """Want nothing any more, and try again what was given up."""
    return replace(
        ledger,
        target=ZERO,
        waiting=None,
        carried_since_ms=0,
        carried_price=ZERO,
        exit_attempts=0 if ledger.needs_operator else ledger.exit_attempts,
        needs_operator=False,
        exit_pauses=0,
        exit_rests_until_ms=0,
    )

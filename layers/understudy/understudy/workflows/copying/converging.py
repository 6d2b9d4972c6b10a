"""Asking a lane to bring what a follow holds to its target."""

from __future__ import annotations

from understudy.domain.decisions import CLOCKS_DIFFER_MS
from understudy.domain.exits import exit_size
from understudy.domain.follows import Follow, Ledger
from understudy.domain.limits import CopyMode
from understudy.domain.markets import Market
from understudy.domain.replacing import replace
from understudy.messages import Converge, WakeLane
from understudy.ports.copying import FollowState
from understudy.ports.delivery import Queues, next_minute_ms
from understudy.workflows.copying.views import CopyPorts

# The causes of a convergence at the end of a slower mode's window.
WINDOW_ENDS = frozenset({CopyMode.THROTTLED.value, CopyMode.SAFE_POLL.value})

# The cause of a convergence when the last unknown order of a symbol has its outcome and an entry
# waited for that.
RESOLVED = "resolved"

# The causes of a convergence that only closes: an order has its outcome, or a wallet was compared.
SETTLED = "settled"
COMPARED = "reconcile"
OPEN_EXIT = "open exit"

SWEEP_MS = 60_000

# The cause of a convergence when its owner starts a follow again: what stopped an exit may be over.
STARTED = "started"


def converge_if_open(
    ports: CopyPorts, follow: Follow, ledger: Ledger, market: Market, cause: str
) -> None:
    """Send the lane a convergence while too much is held or a leg still waits, and none is unknown.

    What rests after refusals goes on once it has rested; the sweep that finds it is the last one
    before that, or comes again.
    """
    now_ms = ports.clock.now_ms()
    if ledger.pending or not (ledger.waiting or exit_size(ledger, market)):
        return
    if now_ms < ledger.exit_rests_until_ms:
        if ledger.exit_rests_until_ms - now_ms < SWEEP_MS:
            wake_after_rest(ports, follow, ledger, now_ms)
        return
    ports.queues.to_lanes([convergence(follow, ledger.symbol, cause, now_ms)])


def wake_after_rest(ports: CopyPorts, follow: Follow, ledger: Ledger, now_ms: int) -> None:
    """Have the lane go on once an exit has rested; what an operator was called for is swept."""
    rests_ms = ledger.exit_rests_until_ms - now_ms
    if rests_ms > 0 and not ledger.needs_operator:
        # Whoever is woken may have a clock that is behind the one that wrote it.
        converge_later(ports, follow, ledger.symbol, rests_ms + CLOCKS_DIFFER_MS)


def converge_later(ports: CopyPorts, follow: Follow, symbol: str, wait_ms: int) -> None:
    """Have an exit that is open tried again after a while."""
    converge = convergence(follow, symbol, OPEN_EXIT, ports.clock.now_ms())
    ports.queues.to_reconcile(WakeLane(converge), delay_seconds=-(-wait_ms // 1000))


def converge_with_the_budget(ports: CopyPorts, converge: Converge) -> None:
    """Have a convergence made when the venue's request budget has its next minute.

    Repeated, it is one: the lane's queue tells them by that time. What came for that minute
    already, by a clock ahead of this one, comes again by another.
    """
    now_ms = ports.clock.now_ms()
    due_ms = next_minute_ms(now_ms)
    came_early = converge.queued_at_ms == due_ms
    again = replace(converge, queued_at_ms=now_ms if came_early else due_ms)
    delay_seconds = 1 if came_early else (due_ms - now_ms) // 1000
    ports.queues.to_reconcile(WakeLane(again, due_ms), delay_seconds=delay_seconds)


def order_what_waited(ports: CopyPorts, follow: Follow, ledger: Ledger, market: Market) -> None:
    """Send the lane a convergence when an entry waited until no order of its symbol was unknown.

    A part below the venue's minimum waits on, for more of it; a slower mode orders at its window's
    end. What is carried has its own time to live, and its price band.
    """
    lots = market.lot_size(abs(ledger.wanted_more))
    if ledger.pending or not lots or market.below_minimum(lots, ledger.carried_price):
        return
    if follow.limits.mode is not CopyMode.REALTIME:
        return
    now_ms = ports.clock.now_ms()
    ports.queues.to_lanes([convergence(follow, ledger.symbol, RESOLVED, now_ms)])


def orders_what_is_carried(cause: str) -> bool:
    """Say whether a convergence orders what was carried: other causes only close."""
    return cause in WINDOW_ENDS or cause == RESOLVED


def converge_at_start(queues: Queues, state: FollowState, now_ms: int) -> None:
    """Have open exits of a follow that goes on tried at once, rested or not; harmless again."""
    queues.to_lanes(
        [
            convergence(state.follow, symbol, STARTED, now_ms)
            for symbol, ledger in sorted(state.ledgers.items())
            if ledger.waiting or (ledger.held and ledger.held != ledger.target)
        ]
    )


def convergence(follow: Follow, symbol: str, cause: str, now_ms: int) -> Converge:
    """Write the command; it speaks of the follow's records as they are now."""
    return Converge(follow.follow_id, follow.wallet_id, symbol, cause, now_ms, epoch=follow.epoch)

"""Asking a lane to bring what a follow holds to its target."""

from __future__ import annotations

from understudy.domain.exits import exit_size
from understudy.domain.follows import Follow, Ledger
from understudy.domain.limits import CopyMode
from understudy.domain.markets import Market
from understudy.messages import Converge
from understudy.ports.copying import FollowState
from understudy.ports.delivery import Queues
from understudy.workflows.copying.views import CopyPorts

# The causes of a convergence at the end of a slower mode's window.
WINDOW_ENDS = frozenset({CopyMode.THROTTLED.value, CopyMode.SAFE_POLL.value})

# The cause of a convergence when the last unknown order of a symbol has its outcome and an entry
# waited for that.
RESOLVED = "resolved"

# The causes of a convergence that only closes: an order has its outcome, or a wallet was compared.
SETTLED = "settled"
COMPARED = "reconcile"

# The cause of a convergence when its owner starts a follow again: what stopped an exit may be over.
STARTED = "started"


def converge_if_open(
    ports: CopyPorts, follow: Follow, ledger: Ledger, market: Market, cause: str
) -> None:
    """Send the lane a convergence while too much is held or a leg still waits, and none is unknown.

    What rests after refusals is left alone until it may go on.
    """
    now_ms = ports.clock.now_ms()
    if ledger.pending or now_ms < ledger.exit_rests_until_ms:
        return
    if not exit_size(ledger, market) and ledger.waiting is None:
        return
    ports.queues.to_lanes([convergence(follow, ledger.symbol, cause, now_ms)])


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

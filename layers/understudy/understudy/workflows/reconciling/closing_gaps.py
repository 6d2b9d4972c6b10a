"""Trades that never reached their lane: found by the receipts that are missing, and sent again."""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError
from understudy.domain.follows import FollowStatus
from understudy.domain.gaps import owes_receipts, sendings
from understudy.domain.replacing import replace
from understudy.messages import GAP, CloseGaps, FollowerExecute
from understudy.ports.copying import Changes
from understudy.workflows.copying.epochs import is_current

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.ids import FollowId
    from understudy.domain.trades import Trade
    from understudy.ports.copying import FollowState, LeaderStore
    from understudy.workflows.copying.views import CopyPorts

GAP_AFTER_MS = 30_000
GAP_TRADES = 200
LONGEST_DELAY_SECONDS = 900
SHORTEST_DELAY_SECONDS = 60


def close_gaps(ports: CopyPorts, leaders: LeaderStore, state: FollowState) -> None:
    """Send trades into the lane again that have no receipt although they are old enough.

    They are sent before it is written down: whoever dies between has them sent once more, not late.
    """
    since = max(state.follow.start_seq, state.budget.checked_seq)
    trades = _old_trades(ports, leaders, state, since)
    missing = _missing(ports, state, since, trades)
    seqs = [trade.seq for trade in missing]
    budget, again = sendings(state.budget, seqs, ports.clock.now_ms())
    if trades:
        budget = replace(budget, checked_seq=seqs[0] - 1 if seqs else trades[-1].seq)
    if again:
        _send_again(ports, state, [trade for trade in missing if trade.seq in again])
    if budget != state.budget:
        with suppress(ConflictError):  # a lane moved it: the next run looks again
            ports.store.commit(Changes(budget=budget))


def close_last_gaps(ports: CopyPorts, leaders: LeaderStore, command: CloseGaps) -> None:
    """Do the same for a follow that ended, and have it done again until no receipt is owed."""
    owing = _owing(ports, command.follow_id)
    if owing is None:
        return
    close_gaps(ports, leaders, owing)
    owing = _owing(ports, command.follow_id)
    if owing is not None and ports.clock.now_ms() < command.until_ms:
        pause_seconds = owing.budget.gaps_pause_ms // 1000
        delay = min(max(pause_seconds, SHORTEST_DELAY_SECONDS), LONGEST_DELAY_SECONDS)
        ports.queues.to_reconcile(command, delay_seconds=delay)


def _owing(ports: CopyPorts, follow_id: FollowId) -> FollowState | None:
    """Read a follow that owes receipts; one that ended before a restore takes no trade any more."""
    state = ports.store.follow_state(follow_id)
    if state is None or not owes_receipts(state.follow, state.budget):
        return None
    return state if is_current(ports.epoch, state.follow, state.follow.epoch) else None


def _missing(
    ports: CopyPorts, state: FollowState, since: int, trades: Sequence[Trade]
) -> Sequence[Trade]:
    if not trades:
        return ()
    done = ports.store.receipted(state.follow.follow_id, since, trades[-1].seq)
    return [trade for trade in trades if trade.seq not in done]


def _old_trades(
    ports: CopyPorts, leaders: LeaderStore, state: FollowState, since: int
) -> Sequence[Trade]:
    follow, old_ms = state.follow, ports.clock.now_ms() - GAP_AFTER_MS
    trades = leaders.trades_since(follow.venue, follow.leader, since, GAP_TRADES)
    if follow.status is FollowStatus.DELETED:
        trades = [trade for trade in trades if trade.seq <= follow.end_seq]
    return list(takewhile(lambda trade: trade.stored_at_ms <= old_ms, trades))


def _send_again(ports: CopyPorts, state: FollowState, missing: Sequence[Trade]) -> None:
    follow, now_ms = state.follow, ports.clock.now_ms()
    ports.queues.to_lanes(
        [
            FollowerExecute(
                follow.follow_id, follow.wallet_id, trade, now_ms, GAP, epoch=follow.epoch
            )
            for trade in missing
        ]
    )

"""Trades that never reached their lane: found by the receipts that are missing, and sent again."""

from __future__ import annotations

from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError
from understudy.domain.gaps import sendings
from understudy.domain.replacing import replace
from understudy.messages import GAP, FollowerExecute
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.trades import Trade
    from understudy.ports.copying import FollowState, LeaderStore
    from understudy.workflows.copying.views import CopyPorts

GAP_AFTER_MS = 30_000
GAP_TRADES = 200


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

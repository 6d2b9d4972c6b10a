"""Ends follows that are being deleted: at once when positions are kept, else once all are closed.

Asked after every settlement and in every sweep, so that whoever dies on the way is made up for. The
sweep does not see what is deleted, so a last look at its money, and one at the receipts that it may
lack, are asked for in good time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from understudy.domain.errors import ConflictError
from understudy.domain.follows import FollowStatus
from understudy.domain.gaps import owes_receipts
from understudy.domain.limits import OnStop
from understudy.domain.ownership import SymbolOwner, by_hand
from understudy.domain.replacing import replace
from understudy.messages import ENDED, CloseGaps, ReconcileWallet
from understudy.ports.copying import Changes

if TYPE_CHECKING:
    from understudy.domain.follows import Follow, Ledger
    from understudy.ports.copying import CopyStore
    from understudy.ports.delivery import Queues

# Then the fills of its last orders are due to be read, however lately others were.
LAST_LOOK_SECONDS = 360
# Then a trade from before its deletion that has no receipt is not on its way any more.
LAST_GAPS_SECONDS = 60
LAST_GAPS_UNTIL_MS = 86_400_000


def end_if_done(
    store: CopyStore, queues: Queues, follow: Follow, now_ms: int, epoch: int
) -> Follow:
    """Make a follow that is being deleted DELETED when nothing of it is left to close.

    What is kept belongs to the user's own hand from then on. After a restore only the venue knows
    what is left: until the follow's records are of the deployed `epoch` it does not end. Gives the
    follow as it is now.
    """
    state = store.follow_state(follow.follow_id) if _is_leaving(follow) else None
    if state is None or not _is_leaving(state.follow):
        return follow if state is None else state.follow
    follow, keeps = state.follow, state.follow.limits.on_stop is OnStop.KEEP
    if follow.epoch < epoch:
        return follow
    left = [ledger for ledger in state.ledgers.values() if not ledger.is_flat]
    if not keeps and any(map(_is_open, left)):
        return follow
    for ledger in left:
        _let_go(store, follow, ledger, now_ms)
    if state.ledgers:
        last_look = ReconcileWallet(follow.wallet_id, ENDED, follow.follow_id, now_ms)
        queues.to_reconcile(last_look, delay_seconds=LAST_LOOK_SECONDS)
    if owes_receipts(follow, state.budget):
        gaps = CloseGaps(follow.follow_id, now_ms + LAST_GAPS_UNTIL_MS)
        queues.to_reconcile(gaps, delay_seconds=LAST_GAPS_SECONDS)
    try:
        ended = store.commit(Changes(follow=replace(follow, status=FollowStatus.DELETED)))
    except ConflictError:
        return follow  # its owner changed it just now: the next sweep looks again
    return ended.follow or follow


def _is_leaving(follow: Follow) -> bool:
    return follow.status is FollowStatus.DELETING


def _is_open(ledger: Ledger) -> bool:
    """Say whether orders are still needed or awaited; what was only wanted is not."""
    return bool(ledger.held or ledger.pending or ledger.waiting)


def _let_go(store: CopyStore, follow: Follow, ledger: Ledger, now_ms: int) -> None:
    """Give a symbol free, or at once into the user's hand while something of it is held."""
    owner = SymbolOwner(follow.wallet_id, ledger.symbol, follow.follow_id)
    hand = replace(owner, follow_id=by_hand(now_ms), before=follow.follow_id)
    let_go = Changes(owner_taken=hand) if _is_open(ledger) else Changes(owner_released=owner)
    try:
        store.commit(let_go)
    except ConflictError:
        return  # it is another's by now

"""The account that an entry is decided with: read again when it is old, and whose the symbol is.

An entry waits for a reading only briefly: exits are behind it in its lane.
"""

from __future__ import annotations

from understudy.domain.decisions import CLOCKS_DIFFER_MS
from understudy.domain.errors import RequestBudgetError, VenueUnreachableError
from understudy.domain.follows import Account
from understudy.domain.ownership import SymbolOwner, by_hand, by_hand_since_ms, is_by_hand
from understudy.domain.replacing import replace
from understudy.ports.copying import Changes
from understudy.workflows.copying.views import CopyPorts, View

YOUNG_MS = 30_000
USABLE_MS = 90_000
PATIENCE_MS = 10_000


def with_account(ports: CopyPorts, view: View, asked_ms: int) -> View:
    """Make sure of a reading that covers the symbol's dex, a young one where the venue answers.

    While the venue or our budget of questions gives none, one that is still usable will do: the
    reconcile renews it every minute. When there is none, and none to be had in this minute or
    within seconds of `asked_ms`, the view is left without one. Raises VenueUnreachableError before.

    A reading that shows what no follow has is asked for again before it is believed: another follow
    of the wallet may have closed it since.
    """
    reading, now_ms = view.around.account, ports.clock.now_ms()
    is_doubtful = _shows_the_hand(view)
    if is_doubtful or not _covers(reading, view.market.dex, now_ms - YOUNG_MS):
        is_usable = not is_doubtful and _covers(reading, view.market.dex, now_ms - USABLE_MS)
        try:
            reading = _read(ports, view, urgent=not is_usable)
        except VenueUnreachableError as error:
            if is_usable:
                return view
            waited_ms = now_ms - asked_ms
            if waited_ms < PATIENCE_MS and not isinstance(error, RequestBudgetError):
                raise
            return replace(view, around=replace(view.around, account=None))
        view = _with_reading(ports, view, reading)
        if _shows_the_hand(view):
            return _left_to_the_hand(ports, view)
    return _freed_from_hand(ports, view)


def _covers(reading: Account | None, dex: str, not_before_ms: int) -> bool:
    """Say whether a reading covers the dex and is not older than a time."""
    return reading is not None and dex in reading.equity and reading.read_at_ms >= not_before_ms


def _read(ports: CopyPorts, view: View, *, urgent: bool) -> Account:
    follow, dex = view.state.follow, view.market.dex
    dexes = ("", dex) if dex else ("",)
    venue = ports.venues[follow.venue]
    before = view.around.account
    reading = venue.account(
        follow.wallet_id, follow.wallet_address, dexes, before=before, urgent=urgent
    )
    ports.store.put_account(reading)
    return reading


def _with_reading(ports: CopyPorts, view: View, reading: Account) -> View:
    """Take a reading over; what it shows otherwise than the lane knows is set anew when needed."""
    view = replace(view, around=replace(view.around, account=reading))
    lane = view.around.lane.as_shown(reading)
    if lane is view.around.lane:
        return view
    return view.after(ports.store.commit(Changes(lane=lane)))


def _shows_the_hand(view: View) -> bool:
    """Say whether the symbol is held and no follow of the wallet has it.

    What the follow closed itself, later than the reading, shows in it as well.
    """
    account, ledger = view.around.account, view.ledger
    if account is None or view.around.owner is not None:
        return False
    if ledger.held or ledger.pending or not account.positions.get(view.symbol):
        return False
    return account.read_at_ms > ledger.flat_at_ms + CLOCKS_DIFFER_MS


def _left_to_the_hand(ports: CopyPorts, view: View) -> View:
    """Leave a symbol to its owner: beside a hand no exit knows what is its own to close."""
    hand = by_hand(ports.clock.now_ms())
    ports.store.commit(
        Changes(owner_taken=SymbolOwner(view.state.follow.wallet_id, view.symbol, hand))
    )
    return replace(view, around=replace(view.around, owner=hand))


def _freed_from_hand(ports: CopyPorts, view: View) -> View:
    """Free a symbol that was held by hand once a later reading shows that it is flat."""
    account, owner = view.around.account, view.around.owner
    if owner is None or not is_by_hand(owner):
        return view
    if account is None or account.positions.get(view.symbol):
        return view
    if account.read_at_ms <= by_hand_since_ms(owner) + CLOCKS_DIFFER_MS:
        return view
    hand = SymbolOwner(account.wallet_id, view.symbol, owner)
    # What its owner set by hand for a position of theirs is shown no more, and set still.
    known = view.around.lane
    lane = known.forgetting({view.symbol}) if view.symbol in known.settings else None
    return view.after(ports.store.commit(Changes(owner_released=hand, lane=lane)))

"""What holds after every step of a follow's life, and what holds once nothing is under way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from understudy.domain.follows import FollowStatus
from understudy.domain.limits import OnStop
from understudy.ports.switches import Switch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stateful.redelivering_world import RedeliveringWorld
    from understudy.domain.follows import Follow, Ledger

ZERO = Decimal(0)


def broken_now(world: RedeliveringWorld, by_hand: set[str]) -> Iterator[str]:
    """Name what is wrong at this moment; what was traded by hand has other books than ours."""
    yield from world.store.wrong
    for follow in world.table.follows.values():
        ledgers = world.table.ledgers[follow.follow_id].values()
        yield from _budget(world, follow)
        for ledger in ledgers:
            if not ledger.pending and ledger.symbol not in by_hand:
                yield from _books(world, follow, ledger.symbol)


def broken_at_rest(
    world: RedeliveringWorld, by_hand: set[str], kept: set[tuple[str, str]]
) -> Iterator[str]:
    """Name what is wrong once nothing is under way; what its owner keeps may stay."""
    yield from broken_now(world, by_hand)
    for follow in world.table.follows.values():
        yield from _receipts(world, follow)
        for ledger in world.table.ledgers[follow.follow_id].values():
            if ledger.pending:
                yield f"{follow.follow_id} {ledger.symbol}: {ledger.pending} is still under way"
            place = (follow.follow_id, ledger.symbol)
            if ledger.symbol not in by_hand and place not in kept:
                yield from _flat_with_its_leader(world, follow, ledger)


def may_exit(world: RedeliveringWorld, follow: Follow) -> bool:
    """Say whether the follow's exits are stopped by nobody."""
    is_on = world.switches.is_on
    killed = is_on(Switch.KILL_USER, follow.user_id)
    return not killed and not is_on(Switch.AUTHORITY_REVOKED, follow.agent_id)


def keeps(world: RedeliveringWorld, follow: Follow) -> bool:
    """Say whether what the follow holds is left as it is just now."""
    stopped = follow.status is not FollowStatus.ACTIVE
    disabled = world.switches.is_on(Switch.COPY_DISABLED, follow.user_id)
    return (stopped or disabled) and follow.limits.on_stop is OnStop.KEEP


def _budget(world: RedeliveringWorld, follow: Follow) -> Iterator[str]:
    budget = world.table.budgets.get(follow.follow_id)
    ledgers = world.table.ledgers[follow.follow_id].values()
    if budget is None:
        return
    reserved = sum((each.margin for ledger in ledgers for each in ledger.pending), ZERO)
    margin = sum((ledger.margin for ledger in ledgers), ZERO)
    if budget.reserved != reserved:
        yield f"{follow.follow_id}: {budget.reserved} is reserved, orders need {reserved}"
    if budget.margin != margin:
        yield f"{follow.follow_id}: {budget.margin} is bound, positions bind {margin}"


def _books(world: RedeliveringWorld, follow: Follow, symbol: str) -> Iterator[str]:
    """Compare what the follows of a wallet hold with the venue, where none of them waits."""
    ledgers = [
        ledger
        for other in world.table.follows.values()
        if other.wallet_id == follow.wallet_id
        and (ledger := world.table.ledgers[other.follow_id].get(symbol))
    ]
    held = sum((ledger.held for ledger in ledgers), ZERO)
    live = world.venue.books.account(follow.wallet_address).held(symbol)
    if held != live and not any(ledger.pending for ledger in ledgers):
        yield f"{follow.wallet_id} {symbol}: {held} by the ledgers, {live} at the venue"


def _receipts(world: RedeliveringWorld, follow: Follow) -> Iterator[str]:
    if follow.status in (FollowStatus.INACTIVE, FollowStatus.DELETED):
        return
    receipts = world.table.receipts[follow.follow_id]
    book = world.table.books.get((follow.venue, follow.leader))
    last = 0 if book is None else book.seq
    missing = [seq for seq in range(follow.start_seq + 1, last + 1) if seq not in receipts]
    if missing:
        yield f"{follow.follow_id}: no receipts for {missing}"
    is_open = [seq for seq, each in receipts.items() if not each.status.is_terminal]
    if is_open and may_exit(world, follow):
        yield f"{follow.follow_id}: the copies of {is_open} never ended"


def _flat_with_its_leader(
    world: RedeliveringWorld, follow: Follow, ledger: Ledger
) -> Iterator[str]:
    leaders = world.venue.books.account(follow.leader).held(ledger.symbol)
    if ledger.held and not leaders and may_exit(world, follow) and not ledger.needs_operator:
        yield f"{follow.follow_id} {ledger.symbol}: {ledger.held} is held, the leader is flat"

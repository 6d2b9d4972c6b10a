"""The recorded leader's own books: funded, in its first positions, then moved fill by fill."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from simulators.hyperliquid.addresses import counterparty, named_address
from simulators.hyperliquid.decimals import ZERO, decimals_of
from simulators.hyperliquid.engine.fills import BUY, Fill, PublicTrade, opposite
from simulators.hyperliquid.engine.positions import Position
from simulators.hyperliquid.engine.prices import set_price
from simulators.hyperliquid.engine.universe import UNSEEN_MAX_LEVERAGE, dex_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from simulators.hyperliquid.engine.account import Account
    from simulators.hyperliquid.engine.venue import Venue
    from simulators.hyperliquid.replay.recording import Recording


def list_symbols(venue: Venue, recording: Recording) -> None:
    """List what the recording trades, at the prices it begins with."""
    decimals: dict[str, int] = {}
    opening: dict[str, Decimal] = {}
    for fill in recording.fills:
        decimals[fill.coin] = max(decimals.get(fill.coin, 0), decimals_of(fill.size))
        opening.setdefault(fill.coin, fill.price)
    for coin, size_decimals in decimals.items():
        market = venue.universe.register(coin, size_decimals, UNSEEN_MAX_LEVERAGE, opening[coin])
        set_price(venue, market, opening[coin])


def place_leader(venue: Venue, recording: Recording, equity_usd: Decimal) -> Account:
    """Open the leader's account afresh: equity shared over the dexes used, first positions held."""
    address = named_address(recording.leader)
    account = venue.open_afresh(address)
    dexes = sorted({dex_of(fill.coin) for fill in recording.fills})
    for dex in dexes:
        venue.deposit(address, dex, equity_usd / len(dexes))
    for coin in dict.fromkeys(fill.coin for fill in recording.fills):
        own = [fill for fill in recording.fills if fill.coin == coin]
        size = own[0].start_position
        account.positions[coin] = Position(size, size * first_entry(own))
    return account


def first_entry(fills: Sequence[Fill]) -> Decimal:
    """Return the entry price of the first position that makes the first recorded profit true."""
    size = fills[0].start_position
    added_cost = ZERO
    added = ZERO
    for fill in fills:
        if fill.start_position * fill.signed_size < 0:
            side = 1 if fill.start_position > 0 else -1
            closed = min(fill.size, abs(fill.start_position))
            average = fill.price - side * fill.closed_pnl / closed
            return ((size + added) * average - added_cost) / size if size else average
        added += fill.signed_size
        added_cost += fill.signed_size * fill.price
    return fills[0].price


def book_fills(venue: Venue, account: Account, fills: Sequence[Fill], shift_ms: int) -> None:
    """Move the leader's books and the market's price by the fills of one trade."""
    coin = fills[0].coin
    for recorded in fills:
        fill = replace(recorded, time_ms=recorded.time_ms + shift_ms)
        account.position(coin).apply(fill.signed_size, fill.price)
        account.credit(account.purse_of(dex_of(coin)), fill.closed_pnl - fill.fee)
        account.volume_usd += fill.price * fill.size
        log = account.fills if fill.twap_id is None else account.twap_fills
        log.add(fill)
        venue.note_fill(account.address, fill)
    market = venue.universe.by_name[coin]
    market.volume_usd += sum((fill.price * fill.size for fill in fills), ZERO)
    set_price(venue, market, fills[-1].price)


def publish_fills(venue: Venue, account: Account, fills: Sequence[Fill], shift_ms: int) -> None:
    """Announce the fills of one trade in one frame, with both users and the taker's side."""
    shifted = [replace(fill, time_ms=fill.time_ms + shift_ms) for fill in fills]
    now_ms = venue.now_ms()
    trades = [_public(account.address, fill, now_ms) for fill in shifted]
    coin = fills[0].coin
    venue.universe.by_name[coin].recent.extend(trades)
    venue.events.traded(coin, trades)
    told = [fill for fill in shifted if fill.twap_id is None]
    if told:
        venue.events.filled(account.address, told)


def _public(leader: str, fill: Fill, now_ms: int) -> PublicTrade:
    other = counterparty(fill.tid)
    return PublicTrade(
        coin=fill.coin,
        side=fill.side if fill.crossed else opposite(fill.side),
        price=fill.price,
        size=fill.size,
        time_ms=fill.time_ms,
        hash=fill.hash,
        tid=fill.tid,
        users=(leader, other) if fill.side == BUY else (other, leader),
        published_ms=now_ms,
    )

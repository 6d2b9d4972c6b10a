"""The end of the run: positions at the venue, in our API and by the model; exits left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from simulators.judge.evidence import Evidence, Follow, Market, VenueAccount
from simulators.judge.exact import ZERO, shown, sign_of
from simulators.judge.ledger import FollowBook, Holding
from simulators.judge.scene import window_ms
from simulators.judge.trades import LeaderTrade
from simulators.judge.verdict import Figure, Problem

EXIT_GRACE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Ending:
    """One symbol of a follow at the end; `at_venue` leaves out the wallet's other follows."""

    follow: Follow
    symbol: str
    at_venue: Fraction
    holding: Holding
    last: LeaderTrade
    market: Market
    keeps_on_stop: bool = False


def problems_of_account(account: VenueAccount) -> Iterator[tuple[str, Problem]]:
    """Give every symbol whose position is not the sum of the account's fills."""
    sums: dict[str, Fraction] = {}
    for fill in account.fills:
        sums[fill.symbol] = sums.get(fill.symbol, ZERO) + fill.signed_size
    for symbol in sorted({*sums, *account.positions}):
        position, added = account.positions.get(symbol, ZERO), sums.get(symbol, ZERO)
        if position != added:
            text = f"position {shown(position)} at the venue, its fills add up to {shown(added)}"
            yield symbol, Problem(Figure.MISMATCHED, text)


def problem_of_ending(ending: Ending, *, open_exit_counted: bool) -> Problem | None:
    """Compare venue, claims, portfolio and model; a position left open has its own figure."""
    texts = [_claims_text(ending), _portfolio_text(ending)]
    if not (ending.keeps_on_stop or open_exit_counted):
        texts += [_side_text(ending), _target_text(ending)]
    return next((Problem(Figure.MISMATCHED, text) for text in texts if text), None)


def problem_of_untraded(account: VenueAccount, follow: Follow, symbol: str) -> Problem | None:
    """Refuse a position that we show, and the venue does not, of what the leader never traded."""
    shown_to_user = follow.portfolio.get(symbol, ZERO)
    position = account.positions.get(symbol, ZERO)
    if shown_to_user == position:
        return None
    text = f"{shown(position)} at the venue, {shown(shown_to_user)} in the portfolio"
    return Problem(Figure.MISMATCHED, text)


def problem_of_rest(ending: Ending) -> Problem | None:
    """Compare what is held with the model once nothing has happened for longer than a window."""
    text = _target_text(replace(ending, at_venue=ending.holding.held))
    return Problem(Figure.MISMATCHED, f"after its window {text}") if text else None


def _claims_text(ending: Ending) -> str:
    venue, claimed = ending.at_venue, ending.holding.held
    if venue == claimed:
        return ""
    return f"{shown(venue)} at the venue, our orders' fills add up to {shown(claimed)}"


def _portfolio_text(ending: Ending) -> str:
    in_portfolio = ending.follow.portfolio.get(ending.symbol, ZERO)
    if in_portfolio == ending.at_venue:
        return ""
    return f"{shown(ending.at_venue)} at the venue, {shown(in_portfolio)} in the portfolio"


def _side_text(ending: Ending) -> str:
    held = ending.at_venue
    if held and ending.last.end == 0:
        return f"{shown(held)} is held though the leader is flat"
    side = ending.follow.limits.direction * sign_of(ending.last.end)
    return f"{shown(held)} is held against the leader's side" if held * side < 0 else ""


def _target_text(ending: Ending) -> str:
    held, holding = ending.at_venue, ending.holding
    target = holding.target
    lot = Fraction(1, 10**ending.market.size_decimals)
    gap = abs(held - target) - holding.doubt - lot
    prices = [ending.last.price, *([holding.carried_price] if holding.carried_since_ms else [])]
    if gap * min(prices) * (1 - ending.follow.limits.widest_share) < ending.market.min_notional:
        return ""
    return f"{shown(held)} is held, the model's target is {shown(target)}"


def open_exits(
    evidence: Evidence,
    follow: Follow,
    book: FollowBook,
    symbol: str,
    trades: Sequence[LeaderTrade],
) -> Iterator[tuple[LeaderTrade, Problem]]:
    """Give every time when something was still held a minute after the leader was flat.

    A slower mode closes when its window ends: the minute begins there.
    """
    own = [trade for trade in trades if trade.symbol == symbol]
    ends = [*(trade.sent_ms for trade in own[1:]), evidence.taken_ms]
    for trade, until_ms in zip(own, ends, strict=True):
        deadline_ms = exit_deadline(trade.sent_ms, window_ms(trade, follow), evidence.outages_ms)
        if trade.end != 0 or until_ms <= deadline_ms:
            continue
        moves = book.movements.get(symbol, ())
        held = sum((size for at_ms, size in moves if at_ms <= deadline_ms), ZERO)
        if held:
            text = f"{shown(held)} was still held a minute after the leader was flat"
            yield trade, Problem(Figure.OPEN_EXITS, text)


def exit_deadline(
    flat_ms: Fraction, collected_ms: int, outages_ms: Sequence[tuple[Fraction, Fraction]]
) -> Fraction:
    """Give until when an exit may take: a minute after a window, later where the venue was away."""
    grace_ms = collected_ms + EXIT_GRACE_MS
    deadline_ms = flat_ms + grace_ms
    for begins_ms, ends_ms in sorted(outages_ms):
        if begins_ms <= deadline_ms and ends_ms > flat_ms:
            deadline_ms = max(deadline_ms, ends_ms + grace_ms)
    return deadline_ms

"""What a signer may sign, stated once more: one condition beside the other, in exact fractions.

It knows nothing of the signer's code. Everything is forbidden that is not allowed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from understudy.domain.intents import Intent, IntentKind

VENUE = "hyperliquid"
LONGEST_LIFE_MS = 60_000
OLDEST_MARK_MS = 10_000
OLDEST_NONCE_MS = 24 * 3_600_000
FARTHEST_NONCE_MS = 60_000
EXIT_BAND_BPS = 1000
AMOUNTS = (Fraction(1, 10**18), Fraction(10**18))
WIRE_DECIMALS = 8
WIRE_INTEGERS = range(2**63)
ORDER_NAME = re.compile("0x[0-9a-f]{32}")


@dataclass(frozen=True)
class Limits:
    """What a wallet's owner agreed to; money in USDC."""

    order: Decimal
    day: Decimal
    leverage: int
    band_bps: int
    allowed: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trader:
    """An agent as it stands."""

    wallet: tuple[str, str]
    limits: Limits
    is_active: bool = True
    is_killed: bool = False


@dataclass(frozen=True)
class Listing:
    """A market, and its mark with the time of it if there is one."""

    asset: int
    max_leverage: int
    only_isolated: bool
    mark: tuple[Decimal, int] | None


@dataclass
class Checker:
    """Says of each intent, in the order in which they are signed, whether it may be.

    A day is a wallet's, whichever of its agents spend it.
    """

    traders: Mapping[str, Trader]
    listings: Mapping[str, Listing]
    now_ms: int
    operators_stopped: bool = False
    spent: dict[str, Fraction] = field(default_factory=dict)
    contents: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def may_be_signed(self, intent: Intent) -> bool:
        """Say it, and remember what was then signed and spent."""
        trader = self.traders.get(intent.agent_id)
        if trader is None or not (self._stands(intent, trader) and _fits_the_wire(intent)):
            return False
        known = self.contents.get(intent.intent_id)
        if known is not None:
            return known == _content(intent)
        if not self._is_within(intent, trader.limits):
            return False
        self.contents[intent.intent_id] = _content(intent)
        self.spent[intent.wallet_address] = self._spent(intent) + self._at_risk(intent)
        return True

    def _stands(self, intent: Intent, trader: Trader) -> bool:
        stopped = self.operators_stopped and intent.kind is not IntentKind.EXIT
        return (
            trader.is_active
            and not trader.is_killed
            and not stopped
            and trader.wallet == (intent.wallet_id, intent.wallet_address)
            and intent.venue == VENUE
            and self.now_ms < intent.expires_at_ms <= self.now_ms + LONGEST_LIFE_MS
            and self.now_ms - OLDEST_NONCE_MS <= intent.nonce <= self.now_ms + FARTHEST_NONCE_MS
        )

    def _is_within(self, intent: Intent, limits: Limits) -> bool:
        listing = self.listings.get(intent.symbol)
        if listing is None or listing.asset != intent.asset:
            return False
        if intent.kind is IntentKind.LEVERAGE:
            mode_fits = intent.isolated or not listing.only_isolated
            return mode_fits and _may_increase(intent, limits, listing)
        if not _is_named_and_directed(intent):
            return False
        if intent.kind is IntentKind.EXIT:
            band_bps = max(limits.band_bps, EXIT_BAND_BPS)
            return self._mark(listing) is None or self._in_band(intent, band_bps, listing)
        return (
            _may_increase(intent, limits, listing)
            and self._in_band(intent, limits.band_bps, listing)
            and self._at_risk(intent) <= Fraction(limits.order)
            and self._spent(intent) + self._at_risk(intent) <= Fraction(limits.day)
        )

    def _mark(self, listing: Listing) -> Fraction | None:
        if listing.mark is None:
            return None
        price, at_ms = listing.mark
        is_fresh = self.now_ms - OLDEST_MARK_MS <= at_ms <= self.now_ms + OLDEST_MARK_MS
        return Fraction(price) if is_fresh else None

    def _in_band(self, intent: Intent, band_bps: int, listing: Listing) -> bool:
        mark = self._mark(listing)
        if mark is None:
            return False
        away = abs(Fraction(intent.limit_price) - mark)
        return away * 10_000 <= mark * band_bps

    def _spent(self, intent: Intent) -> Fraction:
        return self.spent.get(intent.wallet_address, Fraction(0))

    def _at_risk(self, intent: Intent) -> Fraction:
        """Give size times limit, or times the mark where a sell can fill above its limit."""
        if intent.kind is not IntentKind.ENTRY:
            return Fraction(0)
        mark = self.listings[intent.symbol].mark
        highest = max(intent.limit_price, mark[0]) if mark else intent.limit_price
        return Fraction(intent.size) * Fraction(highest)


def _may_increase(intent: Intent, limits: Limits, listing: Listing) -> bool:
    symbol_fits = not limits.allowed or intent.symbol in limits.allowed
    leverage_fits = intent.leverage <= limits.leverage and intent.leverage <= listing.max_leverage
    return symbol_fits and intent.symbol not in limits.denied and leverage_fits


def _is_named_and_directed(intent: Intent) -> bool:
    own_name = "0x" + intent.intent_id[:32]
    return intent.client_order_id == own_name and intent.reduce_only is (
        intent.kind is IntentKind.EXIT
    )


def _fits_the_wire(intent: Intent) -> bool:
    integers = (intent.nonce, intent.asset, intent.leverage)
    if not all(number in WIRE_INTEGERS for number in integers):
        return False
    amounts = (intent.size, intent.limit_price)
    if intent.kind is IntentKind.LEVERAGE:
        return intent.leverage >= 1 and all(map(_is_none_or_real, amounts))
    return bool(ORDER_NAME.fullmatch(intent.client_order_id)) and all(map(_is_written, amounts))


def _is_written(amount: Decimal) -> bool:
    return _is_real(amount) and (Fraction(amount) * 10**WIRE_DECIMALS).denominator == 1


def _is_none_or_real(amount: Decimal) -> bool:
    return amount.is_zero() or _is_real(amount)


def _is_real(amount: Decimal) -> bool:
    """Say whether it is an amount; what is far beyond any is never made a fraction of."""
    smallest, largest = AMOUNTS
    return amount.is_finite() and -19 < amount.adjusted() < 19 and smallest <= amount <= largest


def _content(intent: Intent) -> tuple[object, ...]:
    """Give what reaches the venue, and by whom."""
    common = (intent.venue, intent.agent_id, intent.kind, intent.nonce, intent.expires_at_ms)
    if intent.kind is IntentKind.LEVERAGE:
        return (*common, intent.asset, intent.leverage, bool(intent.isolated))
    return (
        *common,
        intent.asset,
        intent.side,
        Fraction(intent.size),
        Fraction(intent.limit_price),
        intent.reduce_only,
        intent.client_order_id,
    )

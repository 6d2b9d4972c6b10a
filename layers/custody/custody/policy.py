"""What may be signed: a table of rules, each with its reason. Pure; what no rule allows is refused.

Standing rules hold for every request. The other rules are about content that was never signed
before: the same bytes given out again add nothing, whatever price and limits say by then.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from custody.agents import Agent, AgentStatus, Policy
from custody.refusals import Refusal
from understudy.domain.ids import client_order_id
from understudy.domain.intents import MOST_NONCE_AHEAD_MS, Intent, IntentKind
from understudy.domain.markets import HYPERLIQUID, Market
from understudy.domain.money import BASIS_POINT, ZERO, multiply

MAX_MARK_AGE_MS = 10_000
MAX_EXPIRY_AHEAD_MS = 60_000
# The venue takes nonces from two days ago to one day ahead, and of an agent the highest ones: those
# far ahead of the clock would make it refuse the honest ones, exits too, for as long.
MAX_NONCE_BEHIND_MS = 86_400_000
# An exit's band is never narrower, whatever the owner agreed to for entries: nobody who cannot sign
# for the wallet may keep it from getting out. Exits go up to 500 basis points from their reference.
EXIT_BAND_BPS = 1000
_MAX_WIRE_INTEGER = 2**63
_LARGEST = Decimal("1e18")
_SMALLEST = Decimal("1e-18")


class Mark(NamedTuple):
    """A price as the listener's role wrote it, and when."""

    price: Decimal
    at_ms: int


class Killed(NamedTuple):
    """Which kill switches are on for an agent."""

    globally: bool = False
    venue: bool = False
    user: bool = False


class Request(NamedTuple):
    """An intent and everything known about it at one moment.

    `policy` is that of the agent's wallet, `spent_today` the wallet's entry notional of the day.
    """

    intent: Intent
    agent: Agent | None
    policy: Policy | None
    killed: Killed
    market: Market | None
    mark: Mark | None
    spent_today: Decimal
    now_ms: int

    @property
    def is_exit(self) -> bool:
        """Say whether it can only reduce a position."""
        return self.intent.kind is IntentKind.EXIT

    @property
    def fresh_mark(self) -> Mark | None:
        """Give the mark unless it is missing or dated too far from now, either way."""
        mark = self.mark
        if mark is None or abs(self.now_ms - mark.at_ms) > MAX_MARK_AGE_MS:
            return None
        return mark


Rule = Callable[[Request], bool]


def exposure(request: Request) -> Decimal:
    """Give the most USDC that an entry can put at risk; what is no entry counts nothing.

    A sell fills at its limit or above, so the mark counts where it is higher.
    """
    intent, mark = request.intent, request.mark
    if intent.kind is not IntentKind.ENTRY:
        return ZERO
    price = intent.limit_price if mark is None else max(intent.limit_price, mark.price)
    return multiply(intent.size, price)


def standing_refusal(request: Request) -> Refusal | None:
    """Give the first reason for which nothing may be signed now, not even once more."""
    return _first_broken(_STANDING, request)


def content_refusal(request: Request) -> Refusal | None:
    """Give the first reason for which this content may not be signed for the first time.

    Only for a request against which nothing stands.
    """
    return _first_broken(_BY_KIND[request.intent.kind], request)


def has_expired(intent: Intent, now_ms: int) -> bool:
    """Say whether the time to sign this is over."""
    return now_ms >= intent.expires_at_ms


def _first_broken(rules: tuple[tuple[Refusal, Rule], ...], request: Request) -> Refusal | None:
    for reason, is_broken in rules:
        if is_broken(request):
            return reason
    return None


def _malformed(request: Request) -> bool:
    intent = request.intent
    integers = (intent.nonce, intent.asset, intent.leverage)
    if intent.kind not in _BY_KIND or not all(0 <= n < _MAX_WIRE_INTEGER for n in integers):
        return True
    return not all(_is_amount(number, intent.kind) for number in (intent.size, intent.limit_price))


def _is_amount(number: Decimal, kind: IntentKind) -> bool:
    # Far beyond any amount, calculating and writing would take memory for every digit.
    if not number.is_finite():
        return False
    return _SMALLEST <= number <= _LARGEST or (kind is IntentKind.LEVERAGE and number == ZERO)


def _not_active(request: Request) -> bool:
    return request.agent is None or request.agent.status is not AgentStatus.ACTIVE


def _of_another_wallet(request: Request) -> bool:
    intent, agent = request.intent, request.agent
    return agent is None or (agent.wallet_id, agent.wallet_address) != (
        intent.wallet_id,
        intent.wallet_address,
    )


def _of_another_venue(request: Request) -> bool:
    agent = request.agent
    return agent is None or not request.intent.venue == agent.venue == HYPERLIQUID


def _killed(request: Request) -> bool:
    # Operators stop what opens positions; only the user stops the closing of their own.
    killed = request.killed
    return killed.user or (not request.is_exit and (killed.globally or killed.venue))


def _expired(request: Request) -> bool:
    return has_expired(request.intent, request.now_ms)


def _expires_too_late(request: Request) -> bool:
    return request.intent.expires_at_ms > request.now_ms + MAX_EXPIRY_AHEAD_MS


def _nonce_out_of_range(request: Request) -> bool:
    ahead_ms = request.intent.nonce - request.now_ms
    return not -MAX_NONCE_BEHIND_MS <= ahead_ms <= MOST_NONCE_AHEAD_MS


def _other_client_order_id(request: Request) -> bool:
    return request.intent.client_order_id != client_order_id(request.intent.intent_id)


def _not_reduce_only(request: Request) -> bool:
    return request.intent.reduce_only is not request.is_exit


def _market_unknown(request: Request) -> bool:
    return request.market is None


def _other_asset(request: Request) -> bool:
    return request.market is None or request.market.asset != request.intent.asset


def _symbol_not_allowed(request: Request) -> bool:
    return request.policy is None or not request.policy.allows(request.intent.symbol)


def _leverage_too_high(request: Request) -> bool:
    policy, market = request.policy, request.market
    if policy is None or market is None:
        return True
    return request.intent.leverage > min(policy.max_leverage, market.max_leverage)


def _cross_not_possible(request: Request) -> bool:
    return request.market is None or (request.market.only_isolated and not request.intent.isolated)


def _no_fresh_mark(request: Request) -> bool:
    return request.fresh_mark is None


def _out_of_band(request: Request) -> bool:
    mark, policy = request.fresh_mark, request.policy
    if policy is None:
        return True
    if mark is None:
        return not request.is_exit
    band_bps = policy.price_band_bps
    if request.is_exit:
        band_bps = max(band_bps, EXIT_BAND_BPS)
    band = multiply(mark.price, Decimal(band_bps), BASIS_POINT)
    return abs(request.intent.limit_price - mark.price) > band


def _order_too_large(request: Request) -> bool:
    return request.policy is None or exposure(request) > request.policy.max_order_notional


def _day_too_large(request: Request) -> bool:
    if request.policy is None:
        return True
    return request.spent_today + exposure(request) > request.policy.max_daily_notional


_STANDING = (
    (Refusal.MALFORMED, _malformed),
    (Refusal.AGENT_UNKNOWN, lambda request: request.agent is None),
    (Refusal.AGENT_NOT_ACTIVE, _not_active),
    (Refusal.WALLET_MISMATCH, _of_another_wallet),
    (Refusal.VENUE_NOT_ALLOWED, _of_another_venue),
    (Refusal.KILL_SWITCH, _killed),
    (Refusal.EXPIRED, _expired),
    (Refusal.EXPIRY_TOO_FAR, _expires_too_late),
    (Refusal.NONCE_OUT_OF_RANGE, _nonce_out_of_range),
)
_MARKET = (
    (Refusal.MARKET_UNKNOWN, _market_unknown),
    (Refusal.ASSET_MISMATCH, _other_asset),
)
_ORDER = (
    *_MARKET,
    (Refusal.CLIENT_ORDER_ID_MISMATCH, _other_client_order_id),
    (Refusal.REDUCE_ONLY_MISMATCH, _not_reduce_only),
)
_INCREASE = (
    (Refusal.SYMBOL_NOT_ALLOWED, _symbol_not_allowed),
    (Refusal.LEVERAGE_NOT_ALLOWED, _leverage_too_high),
)
_BY_KIND: dict[IntentKind, tuple[tuple[Refusal, Rule], ...]] = {
    IntentKind.ENTRY: (
        *_ORDER,
        *_INCREASE,
        (Refusal.MARK_STALE, _no_fresh_mark),
        (Refusal.PRICE_OUT_OF_BAND, _out_of_band),
        (Refusal.ORDER_NOTIONAL_EXCEEDED, _order_too_large),
        (Refusal.DAILY_NOTIONAL_EXCEEDED, _day_too_large),
    ),
    IntentKind.EXIT: (*_ORDER, (Refusal.PRICE_OUT_OF_BAND, _out_of_band)),
    IntentKind.LEVERAGE: (
        *_MARKET,
        *_INCREASE,
        (Refusal.MARGIN_MODE_NOT_ALLOWED, _cross_not_possible),
    ),
}

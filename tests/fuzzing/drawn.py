"""Draws what a caller may ask for: good intents close to a limit, and one or two things wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal, Overflow, localcontext
from typing import TYPE_CHECKING, Any

from tests.fuzzing.checker import Checker, Limits
from tests.fuzzing.worlds import PRICES
from tests.unit.custody.scene import NOW_MS, WALLET
from understudy.domain.ids import CopyId, FollowId, WalletId, client_order_id, intent_id
from understudy.domain.intents import Intent, IntentKind
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.trades import Side

if TYPE_CHECKING:
    from random import Random

HAIR = Decimal("0.00000001")
HAIRS = (Decimal(0), Decimal(0), Decimal(0), HAIR, -HAIR)
KINDS = (IntentKind.ENTRY,) * 4 + (IntentKind.EXIT,) * 3 + (IntentKind.LEVERAGE,) * 2
ODD_AMOUNTS = tuple(
    Decimal(each)
    for each in (
        *("0", "-0", "-1", "NaN", "Infinity", "1e-9", "0.123456789"),
        *("1e18", "1e30", "9e999999", "1e999999999", "1e-999999"),
    )
)
ODD_INTEGERS = (-1, 0, 2**63 - 1, 2**63, 2**64)


def drawn_intent(rng: Random, checker: Checker, earlier: list[Intent], number: int) -> Intent:
    """Draw an intent; sometimes one that was asked before, as it was or changed."""
    with localcontext() as context:
        context.traps[Overflow] = False  # a vast amount that is made larger is infinite
        return _drawn(rng, checker, earlier, number)


def _drawn(rng: Random, checker: Checker, earlier: list[Intent], number: int) -> Intent:
    if earlier and rng.random() < 0.12:
        asked = rng.choice(earlier)
        return asked if rng.random() < 0.4 else rng.choice(_REPEATED)(rng, asked)
    intent = _near_its_limits(rng, checker, number)
    for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 1, 1, 2))):
        intent = _WRONG[rng.choice(_NAMES)](rng, intent, checker)
    return intent


def _near_its_limits(rng: Random, checker: Checker, number: int) -> Intent:
    agents = list(checker.traders)
    agent_id = agents[
        rng.choice((0, 0, 0, 2, 2, 1, 1, 1, 3, 4) if rng.random() < 0.5 else (0, 1, 2))
    ]
    trader = checker.traders[agent_id]
    kind, symbol = rng.choice(KINDS), _symbol(rng, trader.limits)
    listing = checker.listings[symbol]
    name = intent_id(FollowId("follow"), f"{agent_id} {number}", 0, 0)
    price = _price(rng, symbol, trader.limits)
    is_exit = kind is IntentKind.EXIT
    return Intent(
        intent_id=name,
        follow_id=FollowId("follow"),
        copy_id=CopyId("copy"),
        wallet_id=WalletId(trader.wallet[0]),
        wallet_address=trader.wallet[1],
        agent_id=agent_id,
        venue=HYPERLIQUID,
        kind=kind,
        symbol=symbol,
        asset=listing.asset,
        side=rng.choice(list(Side)),
        size=_size(rng, price, symbol, trader.limits, is_exit=is_exit),
        limit_price=price,
        reduce_only=is_exit,
        leverage=_leverage(rng, min(trader.limits.leverage, listing.max_leverage)),
        isolated=listing.only_isolated or rng.random() < 0.3,
        client_order_id=client_order_id(name),
        nonce=NOW_MS + rng.choice((0, number % 60_000, 60_000, -86_400_000)),
        expires_at_ms=NOW_MS + rng.choice((8_000, 15_000, 1, 60_000)),
        margin=Decimal(1),
        leg=0,
        attempt=0,
        seq=1,
        created_at_ms=NOW_MS,
    )


def _symbol(rng: Random, limits: Limits) -> str:
    allowed = [symbol for symbol in PRICES if _allows(limits, symbol)]
    return rng.choice(allowed if rng.random() < 0.95 else list(PRICES))


def _allows(limits: Limits, symbol: str) -> bool:
    return symbol not in limits.denied and (not limits.allowed or symbol in limits.allowed)


def _price(rng: Random, symbol: str, limits: Limits) -> Decimal:
    """Give the mark or a price inside the band, often its very edge or a hair beside it."""
    mark = Decimal(PRICES[symbol])
    share = Decimal(rng.choice((0, 0, 1, -1, 7, -7, 10, -10, 10, -10))) / 10
    price = mark * (1 + share * limits.band_bps / 10_000)
    return _on_the_wire(price) + (rng.choice(HAIRS) if abs(share) == 1 else 0)


def _size(rng: Random, price: Decimal, symbol: str, limits: Limits, *, is_exit: bool) -> Decimal:
    if is_exit:
        return rng.choice((Decimal(1), HAIR, Decimal(1_000_000)))
    most = limits.order / max(price, Decimal(PRICES[symbol]))
    share = rng.choice((Decimal(1), Decimal("0.5"), Decimal("0.1"), Decimal("0.01")))
    size = _on_the_wire(most * share) + (rng.choice(HAIRS) if share == 1 else 0)
    return max(size, HAIR)


def _leverage(rng: Random, most: int) -> int:
    return rng.choice((most, most, 1, max(1, most - 1)))


def _on_the_wire(value: Decimal) -> Decimal:
    return value.quantize(HAIR, ROUND_DOWN)


def _choose(field: str, *values: Any) -> Any:
    def wrong(rng: Random, intent: Intent, checker: Checker) -> Intent:
        change: dict[str, Any] = {field: rng.choice(values)}
        return replace(intent, **change)

    return wrong


def _beside(field: str, *steps: Any) -> Any:
    def wrong(rng: Random, intent: Intent, checker: Checker) -> Intent:
        change: dict[str, Any] = {field: getattr(intent, field) + rng.choice(steps)}
        return replace(intent, **change)

    return wrong


def _too_large(rng: Random, intent: Intent, checker: Checker) -> Intent:
    return replace(intent, size=intent.size * rng.choice((2, 10, 1_000)))


def _of_another_agent(rng: Random, intent: Intent, checker: Checker) -> Intent:
    return replace(intent, agent_id=rng.choice([*checker.traders, "nobody"]))


def _under_another_name(rng: Random, intent: Intent, checker: Checker) -> Intent:
    """Name it after something else, which the order's own name then does not fit."""
    return replace(intent, intent_id=intent_id(FollowId("other"), str(rng.random()), 0, 0))


_WRONG: dict[str, Any] = {
    "kind": _choose("kind", *IntentKind),
    "symbol": _choose("symbol", *PRICES, "DOGE"),
    "asset": _choose("asset", 0, 1, 2, 3, 110_000, *ODD_INTEGERS),
    "size": _choose("size", *ODD_AMOUNTS),
    "a size too large": _too_large,
    "price": _choose("limit_price", *ODD_AMOUNTS),
    "a price beside it": _beside("limit_price", *(Decimal(n) for n in (1, -1, 10_000, -10_000))),
    "reduce_only": _choose("reduce_only", True, False),  # noqa: FBT003  # the values of a field
    "leverage": _choose("leverage", 1, 5, 10, 11, 20, 21, 40, 41, 50, *ODD_INTEGERS),
    "leverage beside it": _beside("leverage", 1, 1, -1),
    "isolated": _choose("isolated", True, False),  # noqa: FBT003  # the values of a field
    "nonce": _choose("nonce", NOW_MS + 60_001, NOW_MS - 86_400_001, *ODD_INTEGERS),
    "expiry": _choose(
        "expires_at_ms", NOW_MS - 1, NOW_MS, NOW_MS + 1, NOW_MS + 60_000, NOW_MS + 60_001, 0
    ),
    "wallet": _choose("wallet_id", "wallet-1", "wallet-2", "wallet-9", ""),
    "address": _choose("wallet_address", WALLET, WALLET.upper(), "0x" + "cd" * 20),
    "venue": _choose("venue", "polymarket", "Hyperliquid", HYPERLIQUID),
    "client_order_id": _choose("client_order_id", "0x" + "00" * 16, "", "0x12", "0x" + "FF" * 16),
    "agent": _of_another_agent,
    "name": _under_another_name,
}
_NAMES = tuple(_WRONG)


def _same_on_the_wire(rng: Random, asked: Intent) -> Intent:
    """Ask again in other words: what never reaches the venue may differ."""
    margin, scale = asked.margin + 1, Decimal("1.0000000000")
    size = asked.size * scale if asked.size.is_finite() and asked.size < 1 else asked.size
    return replace(asked, margin=margin, size=size, attempt=asked.attempt + 1)


def _another_content(rng: Random, asked: Intent) -> Intent:
    changes: tuple[dict[str, Any], ...] = (
        {"nonce": asked.nonce + 1},
        {"size": asked.size + HAIR},
        {"limit_price": asked.limit_price + HAIR},
        {"expires_at_ms": asked.expires_at_ms + 1},
        {"side": Side.BUY if asked.side is Side.SELL else Side.SELL},
        {"leverage": max(1, asked.leverage - 1)},
        {"isolated": not asked.isolated},
        {"kind": IntentKind.EXIT, "reduce_only": True},
    )
    return replace(asked, **rng.choice(changes))


_REPEATED = (_same_on_the_wire, _another_content)

"""Draws situations that a follow can meet, with sizes near the lot, the minimum and every limit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.differential.boundaries import tightened
from tests.differential.cases import Case, Order, Position

if TYPE_CHECKING:
    from random import Random

MAX_PERP_DECIMALS = 6
SOME_LOTS = (1, 2, 3, 7, 10, 99, 1_000, 12_345, 1_000_000, 10**9)
SECOND_MS = 1000
# Where the leader stood, in parts of the present position, when the follow last heard of a trade.
PARTS_BEFORE = (1, 1, 1, 1, 1, 1, 2, 7, Decimal("0.3"), -1)


def drawn(rng: Random) -> Case:
    """Draw one case."""
    case = Case()
    _market(case, rng)
    _limits(case, rng)
    _leader(case, rng)
    _holdings(case, rng)
    _money(case, rng)
    _times(case, rng)
    if rng.random() < 0.25:
        _rare(case, rng)
    for _ in range(rng.choice((0, 1, 1, 1, 2))):
        tightened(case, rng)
    return case


def lots(case: Case, count: int) -> Decimal:
    """Give a size of so many lots."""
    return Decimal(count).scaleb(-case.lot_decimals)


def _market(case: Case, rng: Random) -> None:
    case.lot_decimals = rng.randint(0, 5)
    case.price_decimals = MAX_PERP_DECIMALS - case.lot_decimals
    case.max_leverage = rng.choice((1, 3, 5, 10, 20, 40, 50))
    case.dex = rng.choice(("", "", "", "xyz"))


def _price(case: Case, rng: Random) -> Decimal:
    digits = rng.choice((rng.randint(1, 9), rng.randint(100, 999), rng.randint(10_000, 99_999)))
    price = Decimal(digits).scaleb(-rng.randint(0, case.price_decimals))
    return price * 10 if rng.random() < 0.03 else price


def _limits(case: Case, rng: Random) -> None:
    case.sizing = rng.choice(("fixed", "ratio", "proportional"))
    case.budget = Decimal(rng.choice((10, 1000, 10_000, rng.randint(10, 10**7), 10**9)))
    case.cost_per_order = min(case.budget, Decimal(rng.randint(1000, 10**6)).scaleb(-2))
    case.percent = rng.choice(
        (Decimal(1), Decimal(100), Decimal(rng.randint(100, 9999)).scaleb(-2))
    )
    case.max_order = None if rng.random() < 0.5 else case.budget / rng.choice((1, 2, 8))
    case.max_position = None if rng.random() < 0.5 else case.budget / rng.choice((1, 2, 4))
    case.max_total_leverage = rng.choice((Decimal(1), Decimal("2.5"), Decimal(10), Decimal(50)))
    case.max_open_positions = rng.choice((1, 2, 3, 20))
    case.symbol_pct = Decimal(rng.choice((10, 33, 50, 100, 100, 100)))
    case.slippage_bps = rng.choice((0, 1, 7, 50, 50, 50, 99, 500))
    case.close_slippage_bps = rng.choice((0, 33, 100, 100, 500))
    case.max_age_seconds = rng.choice((2, 10, 300))
    case.reverse = rng.random() < 0.15
    case.mode = rng.choice(("realtime",) * 8 + ("throttled", "safe_poll"))


def _leader(case: Case, rng: Random) -> None:
    """Let the leader open, add, reduce, close or flip; by one fill or by several."""
    moved = rng.choice(SOME_LOTS) * rng.randint(1, 9)
    if rng.random() < 0.15:
        moved = (10_000 + rng.choice((-1, 1)) * case.slippage_bps) * rng.randint(1, 50)
    has = rng.choice(SOME_LOTS) * rng.randint(1, 9)
    kind = rng.choice(("open", "open", "open", "add", "add", "reduce", "close", "flip"))
    start, end = {
        "open": (0, moved),
        "add": (has, has + moved),
        "reduce": (has + moved, has),
        "close": (moved, 0),
        "flip": (-has, moved),
    }[kind]
    direction = rng.choice((1, -1))
    case.start, case.end = lots(case, start * direction), lots(case, end * direction)
    _fills(case, rng)
    case.leader_leverage = rng.choice((None, 1, 3, 7, 10, 50))
    case.leader_equity = rng.choice((None, Decimal(0), Decimal(rng.randint(1, 10**9)).scaleb(-2)))
    if rng.random() < 0.7:
        case.leader_equity = Decimal(rng.choice((1000, 30_000, 70_000, 10**6)))


def _fills(case: Case, rng: Random) -> None:
    price, size = _price(case, rng), case.size
    case.last_price, case.notional = price, price * size
    step = Decimal(1).scaleb(-case.lot_decimals)
    if rng.random() < 0.4 and size > 2 * step:
        first = (size / rng.randint(2, 9)).quantize(step)
        before = price + price.next_plus().quantize(price) * rng.randint(-90, 90) / 10_000
        before = max(before.quantize(Decimal(1).scaleb(-case.price_decimals)), Decimal("0.000001"))
        case.notional = before * first + price * (size - first)
    is_grid = size * 10**case.lot_decimals % (10_000 + case.slippage_bps) == 0
    if is_grid and case.slippage_bps and rng.random() < 0.8:
        case.notional = price * size * 10_000 / (10_000 + case.slippage_bps)


def _holdings(case: Case, rng: Random) -> None:
    """Let the follow hold what fits the leader's side, or nothing, or a part, or the other side."""
    way = -1 if case.reverse else 1
    side = (1 if (case.start or case.end) > 0 else -1) * way
    if rng.random() < 0.03:
        side = -side
    if rng.random() < (0.6 if case.start else 0.1):
        case.leader_before = (case.start or case.end) * rng.choice(PARTS_BEFORE)
        held = rng.choice(SOME_LOTS[:8]) * rng.randint(1, 9)
        case.held = case.target = lots(case, held * side)
        entered_at = case.last_price * rng.choice((1, 1, 2)) / rng.choice((1, 1, 2))
        case.entry_notional = abs(case.held) * entered_at
        case.margin = (case.entry_notional / rng.choice((1, 2, 5))).quantize(Decimal("1e-8"))
    if rng.random() < 0.2:
        lead = rng.randint(1, 20) * Decimal(1).scaleb(-case.lot_decimals - rng.choice((0, 3, 6)))
        _carry(case, rng, lead * side)
    if rng.random() < 0.1:
        _under_way(case, rng, side)
    case.others = tuple(_other(case, rng) for _ in range(rng.choice((0, 0, 1, 2))))


def _carry(case: Case, rng: Random, lead: Decimal) -> None:
    case.target += lead
    case.carried_for_ms = rng.choice((0, 60_000, 300_000, 300_001))
    band = (
        case.last_price * rng.choice((0, 0, 0, case.slippage_bps, case.slippage_bps + 1)) / 10_000
    )
    case.carried_price = case.last_price + band


def _under_way(case: Case, rng: Random, side: int) -> None:
    size = lots(case, rng.choice(SOME_LOTS[:5]))
    if not case.held or rng.random() < 0.5:
        notional = size * case.last_price
        case.under_way = Order(size * side, reduce_only=False, margin=notional, notional=notional)
        case.target += size * side
    else:
        case.under_way = Order(-min(size, abs(case.held)) * side, reduce_only=True)


def _other(case: Case, rng: Random) -> Position:
    held = Decimal(rng.choice((-1, 1)) * rng.randint(1, 1000)).scaleb(-2)
    price = Decimal(rng.randint(1, 10**5)).scaleb(-3)
    notional = abs(held) * price
    mark = rng.choice((None, price, price * 2, price * Decimal("0.97")))
    return Position(held, notional, (notional / rng.choice((1, 4))).quantize(Decimal("1e-8")), mark)


def _money(case: Case, rng: Random) -> None:
    case.equity = Decimal(rng.choice((50, 1000, 100_000, 10**9)))
    share = case.budget / 100
    case.realized = share * rng.choice((0, 0, rng.randint(-29, 29)))
    case.fees = Decimal(rng.randint(0, 500)).scaleb(-3)
    case.funding = Decimal(rng.randint(-500, 500)).scaleb(-3)
    if case.held or case.target or case.under_way or rng.random() < 0.3:
        case.owner = "own"


def _times(case: Case, rng: Random) -> None:
    most_ms = case.max_age_seconds * SECOND_MS
    case.age_ms = rng.choice(
        (0, 100, 100, 100, 100, 900, 1001, most_ms, most_ms + rng.choice((0, 1)))
    )
    if rng.random() < 0.2:
        case.entered_before_ms = rng.choice((0, 59_999, 60_000, 60_001, 90_000))
        case.entered_side = rng.choice(("buy", "sell"))
    if rng.random() < 0.3:
        case.mark = case.last_price * rng.choice((1, 2)) / rng.choice((1, 4))
        case.mark_age_ms = rng.choice((0, 0, 50, 1000))


def _rare(case: Case, rng: Random) -> None:
    """Let one thing be the matter that seldom is."""
    name, value = rng.choice(
        (
            ("is_correction", True),
            ("leader_trades_last_minute", 59),
            ("leader_trades_last_minute", 60),
            ("is_allowed", False),
            ("sides", rng.choice(("longs", "shorts"))),
            ("is_active", False),
            ("owner", "another"),
            ("equity", None),
            ("equity", Decimal(0)),
            ("margin_used", case.equity),
            ("is_killed", True),
            ("is_killed_by_user", True),
            ("is_revoked", True),
            ("recent_entries_ms", (0, 59_999, 60_000)),
            ("entries_rest_ms", rng.choice((-1, 1, 11_000))),
            ("realized", -case.budget * case.drawdown_pct / 100 + case.fees - case.funding),
            ("window_ends", True),
            ("window_ends", True),
        )
    )
    setattr(case, name, value)
    case.on_stop = rng.choice(("copy_closes", "keep"))
    case.refuses_safe_poll = rng.random() < 0.5
    case.entries_per_minute = rng.choice((2, 3, 10))

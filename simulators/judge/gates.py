"""The gates of an entry in their order: each one is open, closed, or open to doubt.

Doubt is where the rule hangs on a clock or an event that the record shows only roughly: there the
reason is accepted, but not demanded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from fractions import Fraction

from simulators.judge.evidence import Intervention, Limits
from simulators.judge.exact import ONE, ZERO, Span
from simulators.judge.ledger import FollowBook
from simulators.judge.numbers import CENT, Numbers
from simulators.judge.prices import EQUITY_AGE_MS
from simulators.judge.scene import Scene
from simulators.judge.sizing import margin_room, notional_room, wanted_margin


class Gate(Enum):
    """How a gate stands."""

    OPEN = "open"
    DOUBTFUL = "doubtful"
    CLOSED = "closed"


# What is asked again at a window's end.
AT_A_WINDOWS_END = frozenset(
    {
        "SIGNING_UNAVAILABLE",
        "SIGNING_REFUSED",
        "REGION_BLOCKED",
        "PRICE_OUT_OF_BAND",
        "KILL_SWITCH",
        "FOLLOW_PAUSED",
        "DRAWDOWN_STOP",
        "COPY_DISABLED",
        "BLACKLISTED",
        "FLAGGED",
        "LEADER_IS_FOLLOWER",
        "STALE",
        "RATE_LIMITED",
        "ACCOUNT_MODE_UNSUPPORTED",
        "ACCOUNT_NOT_FUNDED",
        "DEX_NOT_FUNDED",
        "INSUFFICIENT_MARGIN",
    }
)
STOPS = frozenset({"FOLLOW_PAUSED", "DRAWDOWN_STOP", "COPY_DISABLED"})
Rule = Callable[[Scene, Numbers], Gate]


def standing_gates(scene: Scene, numbers: Numbers) -> Iterator[tuple[str, Gate]]:
    """Give every gate that is not open, in order, up to the first that is closed."""
    for reason, rule in _RULES:
        gate = rule(scene, numbers)
        if gate is not Gate.OPEN:
            yield reason, gate
        if gate is Gate.CLOSED:
            return


def stoppers_of(scene: Scene, numbers: Numbers) -> frozenset[str]:
    """Give the reasons that may stop at its end what a slower mode's window collected."""
    return frozenset(
        reason
        for reason, rule in _RULES
        if reason in AT_A_WINDOWS_END and rule(scene, numbers) is not Gate.OPEN
    )


def may_have_stopped(scene: Scene) -> frozenset[str]:
    """Give the reasons by which the follow may have stopped before this trade."""
    found = scene.pressure & STOPS
    drawn_down = _drawdown_gate(scene) is not Gate.OPEN
    return found | ({"FOLLOW_PAUSED", "DRAWDOWN_STOP"} if drawn_down else frozenset())


def stopped_by_the_end(
    limits: Limits, book: FollowBook, follow_id: str, interventions: Sequence[Intervention]
) -> bool:
    """Say whether the follow may have stopped at all, by its whole record."""
    by_realized = limits.drawdown_basis == "realized"
    worst = book.worst_realized if by_realized else min(book.worst_realized, book.worst_equity)
    unsure = CENT + book.slack_usdc + abs(limits.drawdown_floor) / 100
    return worst - unsure <= limits.drawdown_floor or any(
        each.reason in STOPS and each.follow_id in {"", follow_id} for each in interventions
    )


def kept_by_owner(scene: Scene) -> frozenset[str]:
    """Give the reasons for which an exit may stay away: the owner keeps positions on a stop."""
    return may_have_stopped(scene) if scene.limits.on_stop == "keep" else frozenset()


def may_wind_down(scene: Scene) -> bool:
    """Say whether everything may be closed at once: the owner wants that on a stop."""
    return scene.limits.on_stop == "close_now" and bool(may_have_stopped(scene))


def _closed_if(closed: bool) -> Gate:  # noqa: FBT001  # the one fact that it translates
    return Gate.CLOSED if closed else Gate.OPEN


def _reaches(value: Span, bound: Fraction) -> Gate:
    if value.low >= bound:
        return Gate.CLOSED
    return Gate.DOUBTFUL if value.high >= bound else Gate.OPEN


def _pressed_by(reason: str) -> Rule:
    """Make the rule of a gate that only the run's own record can close."""

    def rule(scene: Scene, _: Numbers) -> Gate:
        return Gate.DOUBTFUL if reason in scene.pressure else Gate.OPEN

    return rule


def _drawdown(scene: Scene, _: Numbers) -> Gate:
    return _drawdown_gate(scene)


def _drawdown_gate(scene: Scene) -> Gate:
    limits, book = scene.limits, scene.book
    doubt = CENT + book.slack_usdc
    by_realized = limits.drawdown_basis == "realized"
    sent_ms = scene.trade.sent_ms
    # A window closes something only after later trades have been decided.
    surely = book.worst_realized_by(sent_ms) if scene.is_netted else book.worst_realized
    if by_realized and surely + doubt <= limits.drawdown_floor:
        return Gate.CLOSED
    worst = min(surely, book.worst_realized) if by_realized else book.worst_equity
    unsure = doubt + abs(limits.drawdown_floor) / 100
    return Gate.DOUBTFUL if worst - unsure <= limits.drawdown_floor else Gate.OPEN


def _paused(scene: Scene, _: Numbers) -> Gate:
    return Gate.DOUBTFUL if may_have_stopped(scene) else Gate.OPEN


def _symbol(scene: Scene, _: Numbers) -> Gate:
    allow, deny, symbol = scene.limits.symbols_allow, scene.limits.symbols_deny, scene.trade.symbol
    return _closed_if(symbol in deny or (bool(allow) and symbol not in allow))


def _side(scene: Scene, _: Numbers) -> Gate:
    wanted = {"both": 0, "longs": 1, "shorts": -1}[scene.limits.sides]
    return _closed_if(wanted not in {0, scene.trade.sign})


def _leader_speed(scene: Scene, _: Numbers) -> Gate:
    return _closed_if(scene.trade.is_fast and scene.limits.refuse_safe_poll)


def _same_entry(scene: Scene, _: Numbers) -> Gate:
    entry = scene.book.entries.get(scene.trade.symbol)
    if not scene.limits.is_fixed or entry is None:
        return Gate.OPEN
    if entry.same_for_sure(scene.trade.sign, scene.trade.time_ms):
        return Gate.CLOSED
    possible = entry.same_perhaps(scene.trade.sign, scene.trade.time_ms)
    return Gate.DOUBTFUL if possible else Gate.OPEN


def _rate(scene: Scene, _: Numbers) -> Gate:
    recent = scene.book.recent_entries(scene.trade.time_ms)
    gate = _reaches(recent, Fraction(scene.limits.entries_per_minute))
    # A netted entry is ordered later than the trade that asked for it.
    return Gate.DOUBTFUL if gate is Gate.CLOSED and scene.is_netted else gate


def _breaker(scene: Scene, _: Numbers) -> Gate:
    pressed = "BREAKER_OPEN" in scene.pressure
    rests = scene.book.may_rest(scene.trade.sent_ms)
    return Gate.DOUBTFUL if rests or pressed else Gate.OPEN


def _unfunded(_: Scene, numbers: Numbers) -> Gate:
    return Gate.DOUBTFUL if numbers.own_equity.low <= 0 else Gate.OPEN


def _margin(scene: Scene, numbers: Numbers) -> Gate:
    entry = min(wanted_margin(scene, numbers).high, margin_room(scene, numbers).high)
    shown = scene.book.most_used_since(scene.trade.sent_ms - EQUITY_AGE_MS)
    used = max(shown, *(money.used for money in scene.moments))
    spent = used * _growth(scene, numbers) + entry
    tight = spent * Fraction(101, 100) + 1 + scene.book.slack_usdc >= numbers.own_equity.low
    return Gate.DOUBTFUL if tight else Gate.OPEN


def _growth(scene: Scene, numbers: Numbers) -> Fraction:
    """Say how much more the venue may hold for positions than at entry: it goes by its marks."""
    at_entry = scene.book.copied
    if not at_entry or scene.is_netted:
        return ONE
    return max(numbers.copied_notional.high / at_entry, ONE)


def _budget(_: Scene, numbers: Numbers) -> Gate:
    if numbers.remaining.high <= 0:
        return Gate.CLOSED
    return Gate.DOUBTFUL if numbers.remaining.low <= 0 else Gate.OPEN


def _open_symbols(scene: Scene, numbers: Numbers) -> Gate:
    if scene.holding.is_open:
        return Gate.OPEN
    gate = _reach_of_symbols(scene, numbers)
    # A symbol that is wanted but not held yet counts as open already.
    is_new = scene.holding.is_free or scene.trade.kind == "flip"
    return Gate.DOUBTFUL if gate is Gate.CLOSED and not is_new else gate


def _reach_of_symbols(scene: Scene, numbers: Numbers) -> Gate:
    return _reaches(numbers.open_symbols, Fraction(scene.limits.max_open_positions))


def _symbol_share(scene: Scene, numbers: Numbers) -> Gate:
    return _reaches(numbers.symbol_margin, scene.limits.symbol_cap)


def _position(scene: Scene, numbers: Numbers) -> Gate:
    most = scene.limits.max_position
    return Gate.OPEN if most is None else _reaches(numbers.symbol_margin, most)


def _leverage(scene: Scene, numbers: Numbers) -> Gate:
    room = notional_room(scene, numbers)
    if room.high <= ZERO:
        return Gate.CLOSED
    return Gate.DOUBTFUL if room.low <= ZERO else Gate.OPEN


_RULES: tuple[tuple[str, Rule], ...] = (
    ("SIGNING_UNAVAILABLE", _pressed_by("SIGNING_UNAVAILABLE")),
    ("SIGNING_REFUSED", _pressed_by("SIGNING_REFUSED")),
    ("REGION_BLOCKED", _pressed_by("REGION_BLOCKED")),
    ("PRICE_OUT_OF_BAND", _pressed_by("PRICE_OUT_OF_BAND")),
    ("KILL_SWITCH", _pressed_by("KILL_SWITCH")),
    ("FOLLOW_PAUSED", _paused),
    ("DRAWDOWN_STOP", _drawdown),
    ("COPY_DISABLED", _pressed_by("COPY_DISABLED")),
    ("BLACKLISTED", _pressed_by("BLACKLISTED")),
    ("FLAGGED", _pressed_by("FLAGGED")),
    ("LEADER_IS_FOLLOWER", _pressed_by("LEADER_IS_FOLLOWER")),
    ("SYMBOL_NOT_ALLOWED", _symbol),
    ("SIDE_NOT_ALLOWED", _side),
    ("SYMBOL_IN_USE", _pressed_by("SYMBOL_IN_USE")),
    ("LEADER_TOO_FAST", _leader_speed),
    ("STALE", _pressed_by("STALE")),
    ("SAME_ENTRY", _same_entry),
    ("RATE_LIMITED", _rate),
    ("RATE_LIMITED", _pressed_by("RATE_LIMITED")),
    ("BREAKER_OPEN", _breaker),
    ("ACCOUNT_MODE_UNSUPPORTED", _pressed_by("ACCOUNT_MODE_UNSUPPORTED")),
    ("ACCOUNT_NOT_FUNDED", _unfunded),
    ("DEX_NOT_FUNDED", _unfunded),
    ("INSUFFICIENT_MARGIN", _margin),
    ("BUDGET_EXHAUSTED", _budget),
    ("MAX_POSITIONS_REACHED", _open_symbols),
    ("SYMBOL_ALLOCATION_EXCEEDED", _symbol_share),
    ("POSITION_LIMIT", _position),
    ("LEVERAGE_NOT_ALLOWED", _leverage),
    ("LEVERAGE_NOT_ALLOWED", _pressed_by("LEVERAGE_NOT_ALLOWED")),
)

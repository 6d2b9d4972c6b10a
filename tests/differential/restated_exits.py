"""Reductions, closes and the first half of a flip, restated: how much goes, and at what price."""

from __future__ import annotations

from fractions import Fraction

from tests.differential.restated import WIDEST_CLOSE_BPS, YOUNG_TRADE_MS, Expected, Rules, Wanted


def reduced_target(rules: Rules) -> Fraction:
    """Give target * (1 - closed / start), finely cut; a rest below the venue's minimum goes too."""
    case = rules.case
    start, end = Fraction(case.start), Fraction(case.end)
    if start * end <= 0:
        return Fraction(0)
    closed = 1 - end / start
    target = rules.finely(rules.target * (1 - closed))
    rest = rules.in_lots(abs(target))
    return Fraction(0) if rules.held and rules.is_below_minimum(rest, rules.price) else target


def exit_toward(rules: Rules, target: Fraction) -> Expected:
    """Sell what is held and not wanted: reduce-only, never more than there may be."""
    size = exit_size(rules, target)
    if not size:
        return _nothing(target)
    if not rules.is_realtime:
        return Expected(reasons=frozenset({"CARRIED"}), target=target)
    return ordered_exit(rules, target, size)


def exit_size(rules: Rules, target: Fraction) -> Fraction:
    """Give what is held beyond the target, less what an unknown exit may have sold.

    A close asks for all that there may be, entries under way included.
    """
    if not target:
        return abs(rules.committed)
    order = rules.case.under_way
    sold = abs(Fraction(order.signed_size)) if order is not None and order.reduce_only else 0
    return max(Fraction(0), held_beyond(rules, target) - sold)


def held_beyond(rules: Rules, target: Fraction) -> Fraction:
    """Give what is held beyond the whole lots of the target."""
    kept = rules.in_lots(abs(target)) if target * rules.held > 0 else Fraction(0)
    return max(Fraction(0), abs(rules.held) - kept)


def ordered_exit(rules: Rules, target: Fraction, size: Fraction) -> Expected:
    """Only a revoked authority and the user's own kill switch stop an exit."""
    case = rules.case
    stops = {
        name
        for name, is_on in (
            ("SIGNING_UNAVAILABLE", case.is_revoked),
            ("KILL_SWITCH", case.is_killed_by_user),
        )
        if is_on
    }
    if stops:
        return Expected(reasons=frozenset(stops), target=target)
    side = -1 if (rules.held or rules.entries_under_way) > 0 else 1
    bps = min(case.close_slippage_bps, WIDEST_CLOSE_BPS)
    cap = rules.limit_price(_reference(rules), side, bps)
    if target * rules.held > 0 and rules.is_below_minimum(size, cap):
        return Expected(reasons=frozenset({"CARRIED"}), target=target)
    return Expected(Wanted(side, size, cap, reduce_only=True), target=target)


def _nothing(target: Fraction) -> Expected:
    reason = "CARRIED" if target else "NOTHING_TO_CLOSE"
    return Expected(reasons=frozenset({reason}), target=target)


def _reference(rules: Rules) -> Fraction:
    """Give the last fill's price while the trade is young, then the newest mark."""
    case = rules.case
    if case.mark is None or case.age_ms - case.mark_age_ms <= YOUNG_TRADE_MS:
        return Fraction(case.last_price)
    return Fraction(case.mark)

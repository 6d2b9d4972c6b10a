"""Entries restated: the reasons against one, what is wanted, what every limit leaves, the order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil

from tests.differential.restated import (
    CARRIED_AT_MOST_MS,
    FAST_TRADES_PER_MINUTE,
    LONGEST_WINDOW_MS,
    ONE_ENTRY_MS,
    Expected,
    Rules,
    Wanted,
)
from tests.differential.restated_exits import (
    exit_toward,
    held_beyond,
    ordered_exit,
    reduced_target,
)


def expect(rules: Rules) -> Expected:
    """Say what is right for a case."""
    case = rules.case
    if case.window_ends:
        return _window(rules)
    enters = case.start == 0 or (case.start * case.end > 0 and abs(case.end) > abs(case.start))
    if enters and case.is_correction:
        return Expected(reasons=frozenset({"STALE"}), target=Fraction(case.target))
    if enters:
        return _entry(rules, Fraction(case.size), rules.target, is_new=False)
    return _less(rules)


def _less(rules: Rules) -> Expected:
    """Say what is right where the leader reduced, closed or turned around."""
    case = rules.case
    if rules.keeps:
        return Expected(reasons=_switched_off(rules), target=_without_lead(rules, case.target))
    target = reduced_target(rules)
    flips = case.start * case.end < 0 and not case.is_correction
    stands = rules.is_realtime and (rules.held or rules.entries_under_way)
    if not flips or stands:
        return exit_toward(rules, target)
    return _entry(rules, abs(Fraction(case.end)), target, is_new=True)


def _entry(rules: Rules, increase: Fraction, target: Fraction, *, is_new: bool) -> Expected:
    case = rules.case
    reasons = _switched_off(rules) | _against_the_trade(rules, is_new=is_new)
    side = _leader_side(rules) * (-1 if case.reverse else 1)
    other_side = target * side < 0
    if reasons:
        return Expected(reasons=reasons, target=None if other_side else target)
    target = Fraction(0) if other_side else target
    if rules.held * side < 0 and case.under_way is None and rules.is_realtime:
        return exit_toward(rules, target)
    reasons = _against_the_account(rules) | _against_the_budget(rules, target)
    if reasons:
        return Expected(reasons=reasons, target=target)
    target = _without_old_lead(rules, target)
    return _sized(rules, side, _wanted(rules, increase), target)


def _leader_side(rules: Rules) -> int:
    return 1 if rules.case.end > rules.case.start else -1


def _window(rules: Rules) -> Expected:
    """Order the net of a window: an exit of what is too much, else what the target leads by."""
    target = Fraction(rules.case.target)
    too_much = held_beyond(rules, target)
    if too_much:
        return ordered_exit(rules, target, too_much)
    if not rules.lead(target) or rules.case.under_way is not None:
        return Expected(reasons=frozenset({"NOTHING_TO_CLOSE"}), target=target)
    kept = _without_late_lead(rules, target)
    if rules.is_realtime and not rules.lead(kept):  # what waited for an unknown order is over
        return Expected(reasons=frozenset({"EXPIRED"}), target=kept)
    reasons = _switched_off(rules)
    if not _is_nothing(rules, rules.lead(kept), 1 if kept > 0 else -1):
        reasons |= _against_the_account(rules)
    if reasons:
        nothing_more = target - rules.lead(target) * (1 if target > 0 else -1)
        return Expected(reasons=reasons, target=nothing_more)
    return _netted(rules, kept)


def _netted(rules: Rules, kept: Fraction) -> Expected:
    side = 1 if rules.lead(kept) and kept > 0 else -1
    lead, caps = rules.lead(kept), _caps(rules, side)
    size = max(Fraction(0), rules.finely(min(lead, *caps.values())))
    if _is_nothing(rules, size, side):
        return Expected(reasons=frozenset({"CARRIED"}), target=kept)
    lots = rules.in_lots(size)
    if _no_entry_now(rules, max(rules.case.age_ms, 0)):
        return Expected(reasons=frozenset({"RATE_LIMITED"}), target=kept - lead * side)
    return _order(rules, side, lots, kept + (size - lead) * side)


def _is_nothing(rules: Rules, size: Fraction, side: int) -> bool:
    """Say whether a size is too small for an order."""
    lots = rules.in_lots(size)
    return not lots or rules.is_below_minimum(lots, _least_price(rules, side))


def _switched_off(rules: Rules) -> frozenset[str]:
    case = rules.case
    realized = Fraction(case.realized) - Fraction(case.fees) + Fraction(case.funding)
    floor_usdc = -Fraction(case.budget) * Fraction(case.drawdown_pct) / 100
    return _those(
        KILL_SWITCH=case.is_killed or case.is_killed_by_user,
        FOLLOW_PAUSED=not case.is_active,
        DRAWDOWN_STOP=realized <= floor_usdc,
        SIGNING_UNAVAILABLE=case.is_revoked,
    )


def _against_the_trade(rules: Rules, *, is_new: bool) -> frozenset[str]:
    case, is_buy = rules.case, _leader_side(rules) > 0
    since, was_buy = case.entered_before_ms, case.entered_side == "buy"
    runs = since is not None and since <= ONE_ENTRY_MS and rules.left >= 1
    same = runs and was_buy is is_buy and not is_new
    fast = case.leader_trades_last_minute >= FAST_TRADES_PER_MINUTE
    return _those(
        SYMBOL_NOT_ALLOWED=not case.is_allowed,
        SIDE_NOT_ALLOWED=case.sides == ("shorts" if is_buy else "longs"),
        SYMBOL_IN_USE=case.owner == "another",
        LEADER_TOO_FAST=fast and case.refuses_safe_poll,
        STALE=case.age_ms > case.max_age_seconds * 1000,
        SAME_ENTRY=case.sizing == "fixed" and same,
        RATE_LIMITED=_no_entry_now(rules, 0),
    )


def _no_entry_now(rules: Rules, later_ms: int) -> bool:
    """Say whether the follow's minute is full, or its wallet's account may not act for now."""
    is_full = _entries_just_before(rules, later_ms) >= rules.case.entries_per_minute
    return is_full or rules.case.entries_rest_ms > 0


def _entries_just_before(rules: Rules, later_ms: int) -> int:
    """Count the entries of the minute before a moment that lies so long after the trade."""
    return sum(ago + later_ms < ONE_ENTRY_MS for ago in rules.case.recent_entries_ms)


def _against_the_account(rules: Rules) -> frozenset[str]:
    case = rules.case
    if case.equity is None:
        return frozenset({"ACCOUNT_MODE_UNSUPPORTED"})
    empty = rules.equity <= 0
    return _those(
        ACCOUNT_NOT_FUNDED=empty and not case.dex,
        DEX_NOT_FUNDED=empty and bool(case.dex),
        INSUFFICIENT_MARGIN=Fraction(case.margin_used) >= rules.equity,
    )


def _against_the_budget(rules: Rules, target: Fraction) -> frozenset[str]:
    case = rules.case
    here = bool(rules.held or target or case.under_way)
    open_positions = len(case.others) + here
    cap = Fraction(case.budget) * Fraction(case.symbol_pct) / 100
    most = case.max_position
    return _those(
        BUDGET_EXHAUSTED=rules.remaining <= 0,
        MAX_POSITIONS_REACHED=not here and open_positions >= case.max_open_positions,
        SYMBOL_ALLOCATION_EXCEEDED=rules.margin_here >= cap,
        POSITION_LIMIT=most is not None and rules.margin_here >= Fraction(most),
    )


def _wanted(rules: Rules, increase: Fraction) -> Fraction:
    """Give the size that the sizing asks for, finely cut."""
    case = rules.case
    if case.sizing == "fixed":
        return rules.finely(Fraction(case.cost_per_order) * rules.leverage / rules.price)
    if case.sizing == "ratio":
        return rules.finely(increase * Fraction(case.percent) / 100)
    leaders = case.leader_equity
    if leaders is None or leaders <= 0:
        return Fraction(0)
    return rules.finely(increase * rules.equity / Fraction(leaders))


def _caps(rules: Rules, side: int) -> dict[str, Fraction]:
    """Give what every limit leaves, as a size at the worst price; money limits are margin."""
    case = rules.case
    margins = {
        "copy_budget_usdc": rules.remaining,
        "max_symbol_allocation_pct": Fraction(case.budget) * Fraction(case.symbol_pct) / 100
        - rules.margin_here,
    }
    if case.sizing != "fixed":
        margins["max_order_usdc"] = Fraction(
            case.budget if case.max_order is None else case.max_order
        )
    if case.max_position is not None:
        margins["max_position_usdc"] = Fraction(case.max_position) - rules.margin_here
    price = rules.worst_price(side)
    sizes = {name: margin * rules.leverage / price for name, margin in margins.items()}
    return {**sizes, "max_total_leverage": _room(rules) / price}


def _room(rules: Rules) -> Fraction:
    return rules.equity * Fraction(rules.case.max_total_leverage) - rules.copied_notional


def _without_old_lead(rules: Rules, target: Fraction) -> Fraction:
    """Drop what is carried after five minutes, or once the price has left the band."""
    case, lead = rules.case, rules.lead(target)
    if not lead:
        return target
    before = Fraction(case.carried_price)
    moved = abs(Fraction(case.last_price) - before) * 10_000 > before * case.slippage_bps
    if not moved and case.carried_for_ms <= CARRIED_AT_MOST_MS:
        return target
    return _without_lead(rules, target)


def _without_late_lead(rules: Rules, target: Fraction) -> Fraction:
    """Drop what is carried where a window ends later than any may."""
    if rules.case.carried_for_ms + rules.case.age_ms <= CARRIED_AT_MOST_MS + LONGEST_WINDOW_MS:
        return _without_old_lead(rules, target)
    return _without_lead(rules, target)


def _without_lead(rules: Rules, target: Fraction | Decimal) -> Fraction:
    """Want no more than is held, or may be once every entry under way is filled."""
    wanted = Fraction(target)
    return wanted - rules.lead(wanted) * (1 if wanted > 0 else -1)


def _sized(rules: Rules, side: int, wanted: Fraction, target: Fraction) -> Expected:
    case, lead = rules.case, rules.lead(target)
    caps, total = _caps(rules, side), wanted + lead
    if _room(rules) <= 0:
        reasons, rule = frozenset({"LEVERAGE_NOT_ALLOWED"}), frozenset({"max_total_leverage"})
        return Expected(reasons=reasons, bounds=rule, target=target)
    least = min(caps.values())
    binding = frozenset(name for name, cap in caps.items() if cap == least and cap < total)
    size = max(Fraction(0), rules.finely(min(total, least)))
    moved = target + (size - lead) * side
    asked, lots = rules.in_lots(size), rules.in_lots(min(size, rules.lead(moved)))
    small, is_nothing = (
        not each or rules.is_below_minimum(each, _least_price(rules, side))
        for each in (lots, asked)
    )
    bounds = binding or frozenset({""})
    if is_nothing and (binding or case.sizing == "fixed"):
        return Expected(reasons=frozenset({"BELOW_MIN_NOTIONAL"}), bounds=bounds, target=target)
    if small or case.under_way is not None or not rules.is_realtime:
        return Expected(reasons=frozenset({"CARRIED"}), bounds=bounds, target=moved)
    return replace(_order(rules, side, lots, moved), bounds=bounds)


def _order(rules: Rules, side: int, lots: Fraction, target: Fraction) -> Expected:
    """Order an entry, with its margin at the worst price, rounded up to 1e-8."""
    cap = rules.limit_price(rules.price, side, rules.case.slippage_bps)
    exact = lots * rules.worst_price(side) / rules.leverage
    margin = Fraction(ceil(exact * 10**8), 10**8)
    order = Wanted(side, lots, cap, reduce_only=False, leverage=rules.leverage, margin=margin)
    return Expected(order, target=target)


def _least_price(rules: Rules, side: int) -> Fraction:
    """Give the price of the venue's minimum: the limit price, if that is lower."""
    return min(rules.price, rules.limit_price(rules.price, side, rules.case.slippage_bps))


def _those(**reasons: bool) -> frozenset[str]:
    return frozenset(name for name, holds in reasons.items() if holds)

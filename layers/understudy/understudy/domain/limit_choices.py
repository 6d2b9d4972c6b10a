"""Limits as a user chooses them: own values first, then the profile's, then the defaults.

A choice is a dictionary as the API writes limits; its single values were checked at the door.
What must hold between several of them is checked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from understudy.domain.codec import Plain, from_plain, to_plain
from understudy.domain.errors import InvalidInputError
from understudy.domain.limits import Limits, Sizing, SizingKind

if TYPE_CHECKING:
    from decimal import Decimal

    from understudy.domain.follows import Follow

Choices = Mapping[str, object]
NEEDED = ("copy_budget_usdc", "sizing")


def composed_limits(own: Choices, profile: Choices) -> Limits:
    """Join choices into limits; raises InvalidInputError when they do not fit together."""
    chosen = {**profile, **own}
    missing = [name for name in NEEDED if name not in chosen]
    if missing:
        are, them = ("is", "it") if len(missing) == 1 else ("are", "them")
        said = f"{' and '.join(missing)} {are} required"
        raise _unfit(f"{said}: send {them} in limits, or set {them} in the copy profile")
    limits = from_plain(Limits, chosen)
    _check_sizing(limits)
    _check_caps(limits)
    _check_symbols(limits)
    return limits


def require_whole_sizing(choices: Choices) -> None:
    """Raise InvalidInputError for a sizing that no follow can use; there need not be one."""
    if "sizing" in choices:
        _check_numbers(from_plain(Sizing, cast("Choices", choices["sizing"])))


def own_choices(follow: Follow) -> Plain:
    """Give what was chosen for this follow itself."""
    written = to_plain(follow.limits)
    return {name: written[name] for name in follow.own_limits if name in written}


def changed_choices(choices: Choices, changes: Choices) -> Plain:
    """Apply changes to choices; None takes a choice back."""
    joined = {**choices, **changes}
    return {name: value for name, value in joined.items() if value is not None}


def _check_sizing(limits: Limits) -> None:
    _check_numbers(limits.sizing)
    cost = limits.sizing.cost_per_order_usdc
    if cost is not None and cost > limits.copy_budget_usdc:
        raise _unfit("sizing: cost_per_order_usdc must not exceed copy_budget_usdc")


def _check_numbers(sizing: Sizing) -> None:
    cost = sizing.cost_per_order_usdc
    _check_number("cost_per_order_usdc", cost, sizing.kind, SizingKind.FIXED)
    _check_number("percent", sizing.percent, sizing.kind, SizingKind.RATIO)


def _check_number(name: str, value: Decimal | None, kind: SizingKind, owner: SizingKind) -> None:
    """Raise unless a sizing's number is there just when its kind is."""
    if value is None and kind is owner:
        raise _unfit(f"sizing: {name} is missing: kind {owner.value!r} needs it")
    if value is not None and kind is not owner:
        raise _unfit(f"sizing: {name} belongs to kind {owner.value!r}, and to no other")


def _check_caps(limits: Limits) -> None:
    for name in ("max_order_usdc", "max_position_usdc"):
        cap = getattr(limits, name)
        if cap is not None and cap > limits.copy_budget_usdc:
            raise _unfit(f"{name} must not exceed copy_budget_usdc")


def _check_symbols(limits: Limits) -> None:
    both = sorted(set(limits.symbols_allow) & set(limits.symbols_deny))
    if both:
        raise _unfit(f"symbols_allow and symbols_deny both name {', '.join(both)}")


def _unfit(message: str) -> InvalidInputError:
    return InvalidInputError(message, code="INVALID_LIMITS")

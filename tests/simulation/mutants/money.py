"""Mutants of the money: what is reserved, released and left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.mutants.mutant import Mutant, Seam, always
from understudy.domain.money import ZERO


def _unreserved(with_order: Any) -> Any:
    def changes(view: Any, *rest: Any) -> Any:
        made = with_order(view, *rest)
        if made.budget is None:
            return made
        return replace(made, budget=replace(made.budget, reserved=view.state.budget.reserved))

    return changes


def _twice(released: Any) -> Any:
    return lambda budget, intent: released(released(budget, intent), intent)


def _earned_twice(closed: Any) -> Any:
    def close(ledger: Any, budget: Any, *rest: Any) -> Any:
        left, made = closed(ledger, budget, *rest)
        return left, replace(made, realized=made.realized + made.realized - budget.realized)

    return close


def _trued_up_twice(with_venue_figures: Any) -> Any:
    def booked(order: Any, budget: Any, fills: Any) -> Any:
        made = with_venue_figures(order, budget, fills)
        if made is None:
            return None
        final, after = made
        return final, replace(after, realized=after.realized + after.realized - budget.realized)

    return booked


def _free_of_charge(filled: Any) -> Any:
    def fill(intent: Any, outcome: Any, ledger: Any, budget: Any, *rest: Any) -> Any:
        settled = filled(intent, outcome, ledger, budget, *rest)
        return replace(settled, budget=replace(settled.budget, fees=budget.fees))

    return fill


def _from_a_part(with_venue_figures: Any) -> Any:
    def booked(order: Any, budget: Any, fills: Any) -> Any:
        if not fills:
            return None
        size = sum((own.fill.size for own in fills), ZERO)
        final, after = with_venue_figures(replace(order, filled_size=size), budget, fills)
        return replace(final, filled_size=order.filled_size), after

    return booked


def _without_budget(caps: Any) -> Any:
    def left(*around: Any) -> Any:
        limits = caps(*around)
        return {name: cap for name, cap in limits.items() if name != "copy_budget_usdc"}

    return left


MONEY = (
    Mutant(
        "budget_not_reserved",
        "An entry's margin is reserved when it is pinned.",
        (Seam("understudy.workflows.copying.claims:_with_order", _unreserved),),
    ),
    Mutant(
        "budget_not_released",
        "A reserve ends with its order.",
        (Seam("understudy.domain.settlement:_released", always(lambda budget, _: budget)),),
    ),
    Mutant(
        "budget_released_twice",
        "A reserve is released once.",
        (Seam("understudy.domain.settlement:_released", _twice),),
    ),
    Mutant(
        "reserve_of_0",
        "The reserve is what the order can cost.",
        (Seam("understudy.domain.decisions:margin_of", always(lambda *_: ZERO)),),
    ),
    Mutant(
        "budget_ignored",
        "No entry takes more than the budget leaves.",
        (Seam("understudy.domain.sizing:_caps", _without_budget),),
    ),
    Mutant(
        "profit_counted_twice",
        "A budget grows by what its closes earned, and shrinks by what they lost.",
        (
            Seam("understudy.domain.settlement:closed", _earned_twice),
            Seam("understudy.workflows.reconciling.booking:with_venue_figures", _trued_up_twice),
        ),
        alone="the venue's own fills put right what a close was taken to have earned",
    ),
    Mutant(
        "fees_forgotten",
        "A follow's fees are what the venue took.",
        (Seam("understudy.domain.settlement:_filled", _free_of_charge),),
    ),
    Mutant(
        "part_booked_as_all",
        "What an order cost is booked when all of its fills are listed.",
        (Seam("understudy.workflows.reconciling.booking:with_venue_figures", _from_a_part),),
    ),
)

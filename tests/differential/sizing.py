"""Compares production with the restated rules over drawn cases: `run` finds differences.

Every case has a number of its own under a seed, so that one difference can be looked at alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from tests.differential.asked import decision_about
from tests.differential.cases import Case
from tests.differential.drawn import drawn
from tests.differential.restated import Expected, Rules, Wanted
from tests.differential.restated_entries import expect
from understudy.domain.plans import Decision

if TYPE_CHECKING:
    from understudy.domain.plans import OrderPlan


@dataclass(frozen=True, slots=True)
class Difference:
    """One case about which the two do not agree."""

    seed: int
    number: int
    case: Case
    expected: Expected
    decision: Decision
    what: tuple[str, ...]

    def __str__(self) -> str:
        """Write what whoever looks for the cause needs."""
        found = self.decision
        answer = found.order or (str(found.reason), found.bound_by)
        return (
            f"seed {self.seed}, case {self.number}: {', '.join(self.what)} differ\n"
            f"  {self.case}\n  restated: {self.expected}\n"
            f"  decided: {answer}, target {found.ledger.target}"
        )


@dataclass(slots=True)
class Differences:
    """What a run found; `outcomes` counts the cases by what was decided and bound."""

    count: int = 0
    found: list[Difference] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)


def run(count: int, seed: int) -> Differences:
    """Compare so many cases of a seed."""
    differences = Differences()
    for number in range(count):
        difference, outcome = compare(seed, number)
        differences.count += 1
        differences.outcomes[outcome] += 1
        if difference is not None:
            differences.found.append(difference)
    return differences


def compare(seed: int, number: int) -> tuple[Difference | None, str]:
    """Compare one case; gives the difference and, in a word or two, what was decided."""
    case = drawn(Random(seed << 32 | number))  # noqa: S311  # to be repeated, not to be secret
    expected, decision = expect(Rules(case)), decision_about(case)
    what = tuple(_differing(expected, decision))
    difference = Difference(seed, number, case, expected, decision, what) if what else None
    return difference, _outcome(decision)


def _outcome(decision: Decision) -> str:
    if decision.order is None:
        return str(decision.reason)
    return f"{decision.order.kind} {decision.bound_by}".strip()


def _differing(expected: Expected, decision: Decision) -> list[str]:
    what = _differing_orders(expected, decision)
    if expected.bounds is not None and decision.bound_by not in expected.bounds:
        what.append("bound_by")
    if expected.target is not None and Fraction(decision.ledger.target) != expected.target:
        what.append("target")
    return what


def _differing_orders(expected: Expected, decision: Decision) -> list[str]:
    if expected.order is None or decision.order is None:
        is_same = (expected.order is None) is (decision.order is None)
        if is_same and str(decision.reason) in expected.reasons:
            return []
        return ["reason" if is_same else "order"]
    wanted, planned = _as_facts(expected.order), _plan_as_facts(decision.order)
    return [name for name, value in wanted.items() if value != planned[name]]


def _as_facts(order: Wanted) -> dict[str, object]:
    facts: dict[str, object] = {
        "side": order.side,
        "size": order.size,
        "price": order.price,
        "reduce_only": order.reduce_only,
        "margin": order.margin,
    }
    return facts if order.reduce_only else {**facts, "leverage": order.leverage}


def _plan_as_facts(plan: OrderPlan) -> dict[str, object]:
    return {
        "side": plan.side.sign,
        "size": Fraction(plan.size),
        "price": Fraction(plan.limit_price),
        "reduce_only": plan.reduce_only,
        "margin": Fraction(plan.margin),
        "leverage": plan.leverage,
    }

"""Asks every operation with drawn requests; `run` finds answers that its description rules out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from functions.api.every_route import ROUTES
from tests.openapi.conforming import faults_of
from tests.openapi.described import described_operations, takes_anything
from tests.openapi.drawn import Drawn, requests_of
from tests.openapi.served import Served

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemathesis import Case

    from functions.api.routing import Route
    from tests.fakes.api import Answer

FEW = 5
LEAST_HANDLED_PERCENT = 50


@dataclass(slots=True)
class Findings:
    """What a run found; `unserved` are operations that never did what they are for."""

    requests: int = 0
    handled: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    unserved: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Take another run's findings in."""
        self.requests += other.requests
        self.handled += other.handled
        self.statuses += other.statuses
        self.unserved |= other.unserved
        self.faults += other.faults

    @property
    def is_good(self) -> bool:
        """Say whether nothing is wrong, and enough was behind the door to say so."""
        far_enough = self.handled * 100 >= self.requests * LEAST_HANDLED_PERCENT
        return far_enough and not self.faults and not self.unserved

    def __str__(self) -> str:
        """Say in two lines what was asked and answered."""
        share = 100 * self.handled / max(1, self.requests)
        statuses = ", ".join(f"{status} {times}" for status, times in sorted(self.statuses.items()))
        return (
            f"{self.requests} requests, {self.handled} reached a handler ({share:.1f} %),"
            f" {len(self.faults)} faults\n  {statuses}"
        )


def run(count: int, number: int, routes: Sequence[Route] = ROUTES, only: str = "") -> Findings:
    """Send at least so many requests of a seed, or only those of one operation.

    `routes` are what is served; what is described is always the right ones.
    """
    operations = [each for each in described_operations() if only in ("", each.label)]
    drawn = [each for each in operations if takes_anything(each)]
    asking = _Asking(Served(routes))
    for operation in operations:
        asking.ask(operation, -(-count // len(drawn)) if operation in drawn else FEW, number)
    asking.findings.handled = asking.served.handled
    return asking.findings


class _Asking:
    """Sends requests and looks at the answers."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.findings = Findings()

    def ask(self, operation: Any, count: int, number: int) -> None:
        """Send one good request of an operation, and so many drawn ones."""
        self.findings.unserved.add(operation.label)
        self._good(operation)

        @seed(number)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(requests_of(operation))
        def answered(drawn: Drawn) -> None:
            self._look(drawn.case, drawn.send(self.served))

        answered()

    def _good(self, operation: Any) -> None:
        self.served.renew()
        asked = self.served.good(operation.label)
        sent = {"path_parameters": dict(asked.ids), "query": dict(asked.query)}
        case = operation.Case(**sent, **({"body": asked.body} if asked.body else {}))
        self._look(case, Drawn(case, is_known=False, is_signed_in=True).send(self.served))

    def _look(self, case: Case, answer: Answer) -> None:
        found, label = self.findings, case.operation.label
        found.requests += 1
        found.statuses[answer.status] += 1
        found.faults += [f"{label}: {each}" for each in faults_of(case, answer)]
        if answer.status < 300:
            found.unserved.discard(label)
            if case.method != "GET":
                self.served.changed()

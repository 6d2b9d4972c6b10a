"""Whether everything that copying depends on answers, and what it means for users if not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from understudy.domain.errors import ConfigurationError, UnderstudyError
from understudy.ports.clock import Clock

SLOW_MS = 1_000
ASKED_AGAIN_AFTER_MS = 5_000


class Health(StrEnum):
    """How a dependency stands: DEGRADED where it is slow, or some users are without it."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that copying needs: how to ask it, and what its users lose without it.

    `probe` gives what to show beside the answer, and raises when there is none; None says that this
    deployment has no such thing. `without` is how bad it is when there is no answer; one that takes
    longer than `slow_ms` is DEGRADED.
    """

    name: str
    effect: str
    probe: Callable[[], Mapping[str, int] | None]
    without: Health = Health.DOWN
    slow_ms: int = SLOW_MS


@dataclass(frozen=True, slots=True)
class DependencyStatus:
    """How a dependency answered; `effect` is '' while all is well."""

    name: str
    status: Health
    effect: str
    answered_in_ms: int
    facts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SystemView:
    """The worst status and each dependency's."""

    status: Health
    checked_at_ms: int
    dependencies: tuple[DependencyStatus, ...]


@dataclass(slots=True)
class SystemStatus:
    """Asks all dependencies, at most once in a few seconds: the answer is for everybody.

    `tell` is for operators: it gets the name of one that is set up wrongly, and what is wrong.
    """

    dependencies: Sequence[Dependency]
    clock: Clock
    tell: Callable[[str, ConfigurationError], None]
    last: SystemView | None = None

    def now(self) -> SystemView:
        """Give the newest answers."""
        now_ms = self.clock.now_ms()
        if self.last is None or now_ms - self.last.checked_at_ms >= ASKED_AGAIN_AFTER_MS:
            asked = [self._asked(dependency) for dependency in self.dependencies]
            answers = tuple(answer for answer in asked if answer is not None)
            found = {answer.status for answer in answers}
            worst = next(h for h in (Health.DOWN, Health.DEGRADED, Health.OK) if h in found)
            self.last = SystemView(worst, now_ms, answers)
        return self.last

    def _asked(self, dependency: Dependency) -> DependencyStatus | None:
        began = self.clock.now_ms()
        try:
            facts = dependency.probe()
            if facts is None:
                return None
            took = self.clock.now_ms() - began
            health = Health.DEGRADED if took > dependency.slow_ms else Health.OK
        except UnderstudyError as error:
            facts, took, health = {}, self.clock.now_ms() - began, dependency.without
            if isinstance(error, ConfigurationError):
                self.tell(dependency.name, error)
        effect = "" if health is Health.OK else dependency.effect
        return DependencyStatus(dependency.name, health, effect, took, facts)

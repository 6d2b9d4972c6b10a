"""Whether everything that copying depends on answers, and what it means for users if not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from understudy.domain.errors import UnderstudyError

if TYPE_CHECKING:
    from understudy.ports.clock import Clock

SLOW_MS = 1_000


class Health(StrEnum):
    """How a dependency stands."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that copying needs: how to ask it, and what its users lose without it.

    `probe` gives what to show beside the answer, and raises when there is none.
    """

    name: str
    effect: str
    probe: Callable[[], Mapping[str, int]]


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


def system_status(dependencies: Sequence[Dependency], clock: Clock) -> SystemView:
    """Ask every dependency once."""
    answers = tuple(_asked(dependency, clock) for dependency in dependencies)
    found = {answer.status for answer in answers}
    worst = next(health for health in (Health.DOWN, Health.DEGRADED, Health.OK) if health in found)
    return SystemView(worst, clock.now_ms(), answers)


def _asked(dependency: Dependency, clock: Clock) -> DependencyStatus:
    began = clock.now_ms()
    try:
        facts = dependency.probe()
        took = clock.now_ms() - began
        health = Health.DEGRADED if took > SLOW_MS else Health.OK
    except UnderstudyError:
        facts, took, health = {}, clock.now_ms() - began, Health.DOWN
    effect = "" if health is Health.OK else dependency.effect
    return DependencyStatus(dependency.name, health, effect, took, facts)

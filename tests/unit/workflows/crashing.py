"""A world whose workers die at chosen calls, before or after the call took effect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from understudy.domain.markets import HYPERLIQUID

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.world import World
    from understudy.messages import LaneCommand

MOST_DELIVERIES = 8


def every_crash(calls: int) -> list[Any]:
    """Give each of so many calls as a parameter, to die before it and after it: (at, after)."""
    return [
        pytest.param(at, after, id=f"{'after' if after else 'before'}-{at}")
        for at in range(1, calls + 1)
        for after in (False, True)
    ]


class CrashError(Exception):
    """The worker is gone."""


@dataclass(slots=True)
class CrashPoint:
    """Counts calls and dies once, at call `at` (0: never), before it or after it."""

    at: int = 0
    after: bool = False
    calls: int = 0

    def pass_through(self, call: Callable[[], Any]) -> Any:
        self.calls += 1
        strikes = self.calls == self.at
        if strikes and not self.after:
            raise CrashError
        result = call()
        if strikes:
            raise CrashError
        return result


class Crashing:
    """Anything with methods, each call of which passes through a crash point."""

    def __init__(self, target: Any, point: CrashPoint) -> None:
        self._target = target
        self._point = point

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        return lambda *args, **kwargs: self._point.pass_through(lambda: method(*args, **kwargs))


def make_crash(world: World, point: CrashPoint) -> None:
    """Put a crash point in front of the store, the venue, the queues, the budget and the signer."""
    ports = world.copying
    world.copying = replace(
        ports,
        store=Crashing(ports.store, point),
        venues={HYPERLIQUID: Crashing(world.venue, point)},
        queues=Crashing(ports.queues, point),
        budget=Crashing(ports.budget, point),
    )
    world.signer = Crashing(world.signer, point)


def deliver(world: World, command: LaneCommand) -> None:
    """Deliver a command until two workers have survived it: the second is a duplicate."""
    survivors = 0
    for _ in range(MOST_DELIVERIES):
        survivors += _survives(world, command)
        if survivors == 2:
            return
    raise AssertionError(f"never survived: {world.failed[-1]!r}")


def _survives(world: World, command: LaneCommand) -> bool:
    failures = len(world.failed)
    try:
        world.run_lane([command])
    except CrashError:
        return False
    return len(world.failed) == failures

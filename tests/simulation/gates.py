"""Every call of a port passes here: it takes its time, meets its fate, and leaves a line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any

from tests.simulation.faults import Fate, Fates
from tests.simulation.history import History
from tests.simulation.loop import CrashError, Loop
from tests.simulation.telling import ANSWERED, told
from understudy.domain.errors import (
    DependencyError,
    SigningUnavailableError,
    UnderstudyError,
    VenueUnreachableError,
)
from understudy.domain.intents import Unknown

LATENCY_MS = (1, 1, 2, 2, 3, 4, 6, 9)
LATE_MS = (200, 1_000, 4_000, 20_000, 60_000)
THROTTLED_MS = 120
Effect = Callable[[], Any]


class Gate:
    """One kind of port: how its calls fail; how long an answer is waited for."""

    timeout_ms = 3_000

    def __init__(self, loop: Loop, fates: Fates, history: History, random: Random) -> None:
        self._loop = loop
        self._fates = fates
        self._draw = self.draws_from(fates)
        self._history = history
        self._random = random
        self._drawn = random.random

    def pass_through(self, name: str, inner: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Make one call of `inner`."""
        loop = self._loop
        loop.sleep(LATENCY_MS[int(self._drawn() * 8)])
        loop.refuse_overtime()
        fate = self._draw(name)
        if fate is not None:
            self._history.note(f"{loop.now_ms} {name} {fate}")
            return self._struck(name, partial(inner, *args, **kwargs), fate)
        try:  # as `_done` does, without one more call: this is where every call passes
            result = inner(*args, **kwargs)
        except UnderstudyError as error:
            self._history.note(f"{loop.now_ms} {name} {type(error).__name__}")
            raise
        self._history.note(f"{loop.now_ms} {name}")
        return result

    def telling(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """Have calls told in words where the history is kept for people."""
        history, loop = self._history, self._loop
        if history.lines is None:
            return call

        def told_call(*args: Any, **kwargs: Any) -> Any:
            history.tell(f"{loop.now_ms} {name}: {told((*args, *kwargs.values()))}")
            result = call(*args, **kwargs)
            if name.endswith(ANSWERED):
                history.tell(f"{loop.now_ms} {name}: {told(args)} -> {told(result)}")
            return result

        return told_call

    def draws_from(self, fates: Fates) -> Callable[[str], Fate | None]:
        """Give what draws the fate of a call from its name."""
        return fates.of_cloud_call

    def _done(self, name: str, effect: Effect) -> Any:
        try:
            result = effect()
        except UnderstudyError as error:
            self._history.note(f"{self._loop.now_ms} {name} {type(error).__name__}")
            raise
        self._history.note(f"{self._loop.now_ms} {name}")
        return result

    def _struck(self, name: str, effect: Effect, fate: Fate) -> Any:
        match fate:
            case Fate.CRASH_BEFORE:
                raise CrashError(name)
            case Fate.CRASH_AFTER:
                self._try(effect)
                raise CrashError(name)
            case Fate.TIMEOUT_LANDED:
                self._try(effect)
            case Fate.TIMEOUT_LATE:
                self._loop.spawn(lambda: self._land_late(name, effect), self._lands_in_ms(effect))
            case Fate.THROTTLED | Fate.CONFLICTED:
                self._loop.sleep(THROTTLED_MS)
                if self._random.random() < 0.8:
                    return self._done(name, effect)
                return self._failed(name, fate)
            case Fate.TIMEOUT_LOST:
                pass
            case _:
                return self._failed(name, fate)
        self._loop.sleep(self.timeout_ms)
        return self._failed(name, fate)

    def _failed(self, name: str, fate: Fate) -> Any:
        raise DependencyError("the cloud did not take a call", cause=str(fate), operation=name)

    def _lands_in_ms(self, effect: Effect) -> int:
        """Draw how long a call is on its way whose caller gave it up."""
        del effect
        return self.timeout_ms + LATE_MS[int(self._random.random() * len(LATE_MS))]

    def _land_late(self, name: str, effect: Effect) -> None:
        self._history.note(f"{self._loop.now_ms} {name} lands late")
        with suppress(CrashError):
            self._try(effect)

    def _try(self, effect: Effect) -> None:
        """Let a call take its effect, or be refused, with nobody there to hear of it."""
        try:
            effect()
        except UnderstudyError as error:
            self._history.note(f"{self._loop.now_ms} unheard {type(error).__name__}")


class SignerGate(Gate):
    """The signer behind an invocation: whoever calls hears nothing of what went wrong inside."""

    def _failed(self, name: str, fate: Fate) -> Any:
        raise SigningUnavailableError("the signer did not answer", cause=str(fate))


class QuestionGate(Gate):
    """Questions to the venue."""

    def draws_from(self, fates: Fates) -> Callable[[str], Fate | None]:
        """Give what draws the fate of a call from its name."""
        return fates.of_venue_call

    def _failed(self, name: str, fate: Fate) -> Any:
        raise VenueUnreachableError("the venue did not answer", cause=str(fate))


class OrderGate(Gate):
    """Orders to the venue: what becomes of one is an answer, never an error."""

    def draws_from(self, fates: Fates) -> Callable[[str], Fate | None]:
        """Give what draws the fate of a call from its name."""
        return fates.of_venue_call

    def _failed(self, name: str, fate: Fate) -> Any:
        return Unknown(_CAUSES[fate])


_CAUSES = {
    Fate.TIMEOUT_LANDED: "TIMEOUT",
    Fate.TIMEOUT_LATE: "TIMEOUT",
    Fate.TIMEOUT_LOST: "TIMEOUT",
    Fate.LIMITED: "RATE_LIMITED",
    Fate.BAD_GATEWAY: "SERVER_ERROR",
}


class Gated:
    """Anything with methods, whose calls pass through a gate; `others` names methods' own gates."""

    def __init__(self, name: str, target: Any, gate: Gate, **others: Gate) -> None:
        self._name = name
        self._target = target
        self._gate = gate
        self._others = others

    def __getattr__(self, method: str) -> Any:
        gate, name = self._others.get(method, self._gate), f"{self._name}.{method}"
        call = partial(gate.pass_through, name, getattr(self._target, method))
        self.__dict__[method] = gate.telling(name, call)
        return self.__dict__[method]

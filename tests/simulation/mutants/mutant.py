"""A rule broken on purpose: which one, and what stands in the place of the production code then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import reduce
from importlib import import_module
from typing import Any
from unittest.mock import patch

Breaking = Callable[[Any], Any]
STANDARD, HEAVY = "standard", "heavy"


@dataclass(frozen=True, slots=True)
class Seam:
    """Where a rule lives, as `module:name`; `breaking` makes the replacement of what is there."""

    place: str
    breaking: Breaking

    def original(self) -> Any:
        """Give what stands there; raises AttributeError when the code has moved."""
        owner, name = self._found()
        return getattr(owner, name)

    @contextmanager
    def broken(self) -> Iterator[None]:
        """Have the replacement in its place for a while."""
        owner, name = self._found()
        with patch.object(owner, name, self.breaking(getattr(owner, name))):
            yield

    def _found(self) -> tuple[Any, str]:
        module, _, names = self.place.partition(":")
        *owners, name = names.split(".")
        return reduce(getattr, owners, import_module(module)), name


@dataclass(frozen=True, slots=True)
class Mutant:
    """The production code without one of its rules, and without what makes up for that one.

    `mix` says how much goes wrong around it: what two faults must meet for shows in the heavy one.
    `alone` says what would hold, or show nothing, if the rule alone were broken.
    """

    name: str
    rule: str
    seams: tuple[Seam, ...]
    mix: str = STANDARD
    alone: str = ""

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Break the rule for a while."""
        with ExitStack() as stack:
            for seam in self.seams:
                stack.enter_context(seam.broken())
            yield


def always(value: Any) -> Breaking:
    """Put a value where another one stood."""
    return lambda _: value


def answering(value: Any) -> Breaking:
    """Put a function that does nothing where another one stood."""
    return lambda _: lambda *_args, **_kwargs: value

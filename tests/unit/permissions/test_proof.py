"""A failure proves something only where its role was denied what was taken out."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.stack import Denials
from tests.permissions import proof
from tests.permissions.policies import Policy, cuts_of
from tests.permissions.proof import Outcome, Proof, Verdict
from tests.permissions.stage import IMPATIENT, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    Check = Callable[[Stage], None]

STATEMENT = {"Sid": "Reads", "Effect": "Allow", "Action": "a:Get", "Resource": "x"}
(CUT,) = cuts_of(Policy("Role", "role-1", "policy", (STATEMENT,)))
OWN = Denials("role-1", "a:Get", "x", 1)


class World:
    """A role with one statement, and what it was denied."""

    def __init__(self) -> None:
        self.is_out = False
        self.denied: list[Denials] = []
        self.runs = 0

    def put_role_policy(self, **_: object) -> None:
        self.is_out = False

    def delete_role_policy(self, **_: object) -> None:
        self.is_out = True

    def asks(self, denial: Denials = OWN) -> None:
        """Fail as a check does whose role is denied something while the statement is out."""
        if self.is_out:
            self.denied.append(denial)
            raise AssertionError("denied")

    def proven_by(self, check: Check, monkeypatch: pytest.MonkeyPatch) -> Verdict:
        system: Any = SimpleNamespace(
            stack=SimpleNamespace(denials=lambda: self.denied, stack=SimpleNamespace(functions={}))
        )
        session: Any = SimpleNamespace(client=lambda _: self)
        monkeypatch.setattr(proof, "CHECKS", {"Role": (check,)})
        return Proof(Stage(system), session).without(CUT)


@pytest.fixture
def world() -> World:
    return World()


def slow() -> None:
    raise AssertionError("not within 6 s")


def test_a_check_that_fails_without_a_denial_proves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_while_it_is_out(_: Stage) -> None:
        if world.is_out:
            slow()

    verdict = world.proven_by(fails_while_it_is_out, monkeypatch)

    assert verdict.outcome is Outcome.UNCLEAR
    assert "none of it was denied: AssertionError('not within 6 s')" in verdict.text


@pytest.mark.parametrize(
    "other",
    [Denials("role-2", "a:Get", "x", 1), Denials("role-1", "a:Put", "x", 1)],
    ids=["another role's", "another action's"],
)
def test_a_denial_of_something_else_proves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, other: Denials
) -> None:
    verdict = world.proven_by(lambda _: world.asks(other), monkeypatch)

    assert verdict.outcome is Outcome.UNCLEAR


def test_a_denial_from_before_proves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.denied.append(OWN)

    def fails_while_it_is_out(_: Stage) -> None:
        if world.is_out:
            slow()

    assert world.proven_by(fails_while_it_is_out, monkeypatch).outcome is Outcome.UNCLEAR


def test_a_part_is_tried_once_more_after_a_slow_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_slow_at_first(_: Stage) -> None:
        world.runs += 1
        if world.runs == 1:
            slow()

    verdict = world.proven_by(is_slow_at_first, monkeypatch)

    assert verdict.outcome is Outcome.UNNEEDED


def test_a_denial_on_a_machine_too_slow_for_the_check_proves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def passes_with_patience_alone(stage: Stage) -> None:
        with suppress(AssertionError):
            world.asks()
        if stage.patience == IMPATIENT:
            slow()

    verdict = world.proven_by(passes_with_patience_alone, monkeypatch)

    assert verdict.outcome is Outcome.UNCLEAR
    assert "fails with it, too" in verdict.text


def test_a_denial_that_fails_a_check_is_a_proof(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = world.proven_by(lambda _: world.asks(), monkeypatch)

    assert verdict.outcome is Outcome.MISSED
    assert not world.is_out


def test_what_a_failure_left_behind_may_take_longer_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = ["behind"]

    def clears_up_with_patience(stage: Stage) -> None:
        world.asks()
        if stage.patience > IMPATIENT:
            left.clear()
        elif left:
            slow()

    assert world.proven_by(clears_up_with_patience, monkeypatch).outcome is Outcome.MISSED

"""Of drawn intents the signer signs all that policy allows, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from custody import policy
from custody.refusals import Refusal
from tests.fuzzing.run import Findings, run

if TYPE_CHECKING:
    from collections.abc import Callable

INTENTS = 20_000
FEW = 3_000
# What no intent can cause: a key that was tampered with, or a clock that moves on.
NOT_BY_INTENTS = {Refusal.KEY_UNUSABLE}


@pytest.fixture(scope="module")
def found() -> Findings:
    return run(INTENTS, seed=2)


def test_whatever_policy_allows_is_signed_and_nothing_else(found: Findings) -> None:
    assert not found.differences, "\n".join(found.differences[:3])
    assert found.count == INTENTS
    assert found.signed == found.allowed


def test_a_third_of_what_is_asked_is_in_policy(found: Findings) -> None:
    assert found.allowed >= found.count * 3 // 10


def test_every_reason_to_refuse_is_met(found: Findings) -> None:
    assert set(found.refusals) == set(Refusal) - NOT_BY_INTENTS


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("_out_of_band", lambda rule: lambda request: False),
        ("MAX_EXPIRY_AHEAD_MS", lambda limit: limit + 1),
        ("MAX_MARK_AGE_MS", lambda limit: limit - 1),
        ("exposure", lambda rule: lambda request: request.intent.size * request.intent.limit_price),
    ],
)
def test_a_rule_that_is_off_is_found(
    name: str, broken: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, name, broken(getattr(policy, name)))
    if name.startswith("_"):
        _replace_rule(monkeypatch, name)

    assert run(FEW, seed=2).differences


def _replace_rule(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rule = getattr(policy, name)
    for kind, rules in policy._BY_KIND.items():
        changed = tuple(
            (why, rule if why is Refusal.PRICE_OUT_OF_BAND else it) for why, it in rules
        )
        monkeypatch.setitem(policy._BY_KIND, kind, changed)

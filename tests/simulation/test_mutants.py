"""A rule that is broken on purpose is told of by a promise, and is whole again afterwards."""

from __future__ import annotations

from inspect import signature
from itertools import count
from types import FunctionType
from typing import Any

import pytest

from tests.simulation.mutants import hunt as hunting
from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.mutants.hunt import Hunt, hunt
from tests.simulation.mutants.mutant import Mutant, Seam
from tests.simulation.mutants.report import Row, figures_of, markdown_of
from understudy.domain.errors import InvalidInputError

NOTHING_BROKEN = Mutant("nothing", "None.", ())


def _raising_now_and_then(decide: Any) -> Any:
    calls = count(1)

    def decided(situation: Any) -> Any:
        if next(calls) % 50 == 0:
            raise InvalidInputError("planted")
        return decide(situation)

    return decided


RAISING = Mutant(
    "raising",
    "None.",
    (Seam("understudy.workflows.follower_execute:decide", _raising_now_and_then),),
)


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("budget_not_released", "money_stays_within_its_budget"),
        ("unknown_taken_as_rejected", "records_are_the_venues_books"),
        ("endings_unannounced", "every_ending_reaches_the_bus"),
    ],
)
def test_a_promise_tells_of_a_broken_rule(name: str, promise: str) -> None:
    caught = hunt(MUTANTS[name], "1", most=500)

    assert promise in caught.promises
    assert caught.trades > 0


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS.keys())
def test_what_stands_in_a_rules_place_can_be_called_as_the_rule_is(mutant: Mutant) -> None:
    """Else each call raises, which is no broken rule: a promise may then tell of nothing."""
    for seam in mutant.seams:
        original = seam.original()
        if isinstance(original, FunctionType):
            replacement = seam.breaking(original)
            given, named = _call_of(original)
            assert signature(replacement).bind(*given, **named).arguments


def _call_of(function: FunctionType) -> tuple[list[str], dict[str, str]]:
    """Give arguments for all that a function takes, by place and by name as it wants them."""
    parameters = signature(function).parameters.values()
    given = [each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD]
    named = {each.name: each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    return given, named


def test_what_breaks_nothing_is_not_caught() -> None:
    passed = hunt(NOTHING_BROKEN, "1", most=10)

    assert not passed.is_caught
    assert passed.trades >= 20


def test_an_error_that_a_broken_rule_raises_tells_of_nothing() -> None:
    assert not hunt(RAISING, "1", most=10).is_caught


def test_a_promise_that_a_block_breaks_by_itself_tells_of_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = hunt(MUTANTS["budget_not_released"], "1", most=10).promises
    monkeypatch.setattr(hunting, "broken_without", lambda _block, _mix, _trades: told)

    assert not hunt(MUTANTS["budget_not_released"], "1", most=10).is_caught


@pytest.mark.parametrize("mutant", MUTANTS.values(), ids=MUTANTS)
def test_every_mutant_stands_where_its_rule_is_and_leaves_it_whole(mutant: Mutant) -> None:
    before = [seam.original() for seam in mutant.seams]

    with mutant.at_work():
        during = [seam.original() for seam in mutant.seams]

    assert before
    assert all(old is not new for old, new in zip(before, during, strict=True))
    assert [seam.original() for seam in mutant.seams] == before


def test_every_rule_that_must_be_broken_once_is_found_by_its_name() -> None:
    wanted = """
        no_claim fresh_nonce_on_retry margin_0 no_expiry ack_before_settle last_seq_ignored
        next_attempt_before_the_last_is_terminal whole_action_error_on_retry_taken_as_rejected
        budget_not_reserved budget_not_released trade_keyed_by_hash group_key_wrong exit_gated
        book_moved_before_fills_are_stored two_follows_on_one_symbol
    """

    assert set(wanted.split()) <= set(MUTANTS)


def test_a_report_names_who_survived() -> None:
    caught = Hunt("1", "1/0", 24, ("lanes_keep_their_order",), 0.5)
    mutant = MUTANTS["last_seq_ignored"]
    rows = [Row(mutant, [caught, Hunt("2", "2/9", 1_240, (), 9.5)])]

    assert figures_of(rows)["survived"] == ["last_seq_ignored"]
    assert figures_of(rows)["cpu_seconds"] == 10.0
    assert markdown_of(rows).splitlines()[2] == (
        "| `last_seq_ignored` | A trade that comes after a newer one of its symbol is superseded."
        " | `follower_execute.decide` | `lanes_keep_their_order` | 24, not in 1,240 (heavy) |  |"
    )

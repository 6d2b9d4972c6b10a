"""Comparing a leader's book with the venue: cheap, found all the same, never before live fills."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.fakes.builders import LEADER
from tests.unit.workflows.comparing import (
    after_gap,
    begun_world,
    book_of,
    check,
    count_questions,
    live,
    traded,
    trades_of,
)
from understudy.domain.follows import AccountMode

MINUTE_MS = 60_000
LATER_MS = 11_000


def test_a_live_exit_is_copied_although_the_venue_answers_no_questions() -> None:
    world, follow = begun_world()
    world.copy("BTC", "5")
    world.venue.is_down = True

    after_gap(world)
    live(world, traded(world, "-5"))

    assert world.held_at_venue(follow) == 0


def test_what_a_gap_hid_is_found_by_the_next_check_when_the_venue_answers_again() -> None:
    world, follow = begun_world()
    traded(world, "5")
    world.venue.is_down = True
    after_gap(world)
    check(world)
    world.venue.is_down = False

    check(world)

    assert world.held_at_venue(follow) == 5


@pytest.mark.parametrize("answers_after_s", [1, 6])
def test_what_a_gap_hid_is_found_seconds_after_the_venue_answers_again(
    answers_after_s: int,
) -> None:
    world, _ = begun_world()
    traded(world, "5")
    world.venue.is_down = True
    after_gap(world)
    world.pass_time(answers_after_s)
    world.venue.is_down = False

    world.pass_time(20)

    assert [trade.end_position for trade in trades_of(world)] == [5]


def test_after_a_gap_a_silent_venue_is_asked_again_twice_however_many_gaps_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.venue.is_down = True
    asked = count_questions(monkeypatch, world)
    asked_at_s: list[int] = []

    after_gap(world)
    for second in range(1, 60):
        world.pass_time(1)
        if second == 3:
            after_gap(world)
        asked_at_s += [second] * (asked.total() - 1 - len(asked_at_s))

    assert asked_at_s == [3, 5, 25]


def test_a_turn_without_an_answer_waits_for_the_next_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.venue.is_down = True
    after_gap(world)
    world.pass_time(60)
    asked = count_questions(monkeypatch, world)

    check(world)
    world.pass_time(60)

    assert asked == {"leader_snapshot": 1}


def test_a_look_that_another_has_taken_meanwhile_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.venue.is_down = True
    after_gap(world)
    world.venue.is_down = False
    check(world)
    world.venue.is_down = True
    asked = count_questions(monkeypatch, world)

    world.pass_time(60)

    assert asked == {"leader_snapshot": 1}


def test_what_a_gap_hid_comes_before_the_fills_behind_it() -> None:
    world, follow = begun_world()
    traded(world, "5")
    world.clock.advance(5_000)

    after_gap(world, traded(world, "-5"))

    assert [trade.end_position for trade in trades_of(world)] == [5, 0]
    assert world.held_at_venue(follow) == 0


def test_a_check_of_a_book_that_agrees_asks_for_positions_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.copy("BTC", "5")
    asked = count_questions(monkeypatch, world)

    check(world)

    assert asked == {"leader_snapshot": 1}


def test_a_lost_fill_is_found_by_the_next_check() -> None:
    world, follow = begun_world()
    traded(world, "5")

    check(world)

    assert (world.held_at_venue(follow), book_of(world).positions) == (5, {"BTC": 5})


def test_a_round_trip_that_nobody_saw_is_found_within_minutes() -> None:
    world, _ = begun_world()
    traded(world, "5")
    traded(world, "-5")

    for _ in range(5):
        world.clock.advance(MINUTE_MS)
        check(world)

    assert [trade.end_position for trade in trades_of(world)] == [5, 0]


def test_a_round_trip_during_a_gap_is_found_at_once() -> None:
    world, _ = begun_world()
    traded(world, "5")
    traded(world, "-5")

    after_gap(world)

    assert [trade.end_position for trade in trades_of(world)] == [5, 0]


def test_one_check_looks_again_after_a_gap_that_the_venue_did_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = begun_world()
    world.venue.is_down = True
    after_gap(world)
    world.venue.is_down = False
    asked = count_questions(monkeypatch, world)

    check(world)
    check(world)

    assert asked == {"leader_snapshot": 2, "fills_since": 1}


def test_the_mode_is_remembered_and_read_again_later() -> None:
    world, _ = begun_world()
    began_ms = world.clock.now_ms() - 1_000
    world.venue.books.account(LEADER).mode = AccountMode.UNIFIED

    modes = []
    for _ in range(2):
        check(world)
        account = book_of(world).account
        assert account is not None
        modes.append((account.mode, account.mode_read_at_ms))
        world.clock.advance(600_000)

    assert modes[0] == (AccountMode.STANDARD, began_ms)
    assert modes[1] == (AccountMode.UNIFIED, began_ms + 601_000)


def test_a_trade_that_comes_during_a_comparison_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world, follow = begun_world()
    snapshot = world.venue.leader_snapshot

    def slow(*arguments: Any, **named: Any) -> Any:
        seen = snapshot(*arguments, **named)
        monkeypatch.setattr(world.venue, "leader_snapshot", snapshot)
        live(world, traded(world, "5"))
        return seen

    monkeypatch.setattr(world.venue, "leader_snapshot", slow)
    world.clock.advance(LATER_MS)
    check(world)

    assert (book_of(world).positions, len(trades_of(world))) == ({"BTC": 5}, 1)
    assert world.held_at_venue(follow) == 5


def test_a_lost_fill_adds_to_what_later_ones_have_made_of_the_book() -> None:
    world, _ = begun_world()
    traded(world, "5")
    world.clock.advance(LATER_MS)
    live(world, traded(world, "2"))

    check(world)

    assert book_of(world).positions == {"BTC": 7}


@pytest.mark.parametrize("seed", range(40))
def test_whatever_was_lost_a_check_brings_the_book_to_the_venue(seed: int) -> None:
    chance, (world, _) = Random(seed), begun_world()  # noqa: S311  # no secret
    for _ in range(12):
        world.clock.advance(chance.choice([0, 0, 1, 700]))
        fill = traded(world, str(chance.choice([-3, -2, 1, 2])))
        if chance.choice([True, True, False]):
            live(world, fill)

    world.clock.advance(LATER_MS)
    after_gap(world)

    held = world.venue.books.account(LEADER).held("BTC")
    assert book_of(world).positions.get("BTC", 0) == held
    assert sum(trade.fill_count for trade in trades_of(world)) == 12
    assert not any(trade.correction for trade in trades_of(world))

"""After five failures in a row a follow's entries rest for a minute; then one at a time probes."""

from __future__ import annotations

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt

REFUSAL = "Something is wrong that nobody has heard of."


def _with_positions() -> tuple[World, FollowId]:
    world, follow = following(budget=100_000, entries_per_minute=300)
    world.copy("BTC", "1")
    world.copy("ETH", "1")
    return world, follow


def _fail(world: World, times: int) -> None:
    for _ in range(times):
        world.copy_now("BTC", "1", REFUSAL)
        world.clock.advance(1000)


def _entry(world: World, follow: FollowId, symbol: str, *faults: Fault) -> Receipt:
    world.copy_now(symbol, "1", *faults)
    return world.receipts(follow)[-1]


def test_five_failures_in_a_row_stop_the_entries_for_a_minute() -> None:
    world, follow = _with_positions()
    _fail(world, 5)

    world.copy("BTC", "1")
    world.copy("BTC", "1")

    stopped, copied = world.receipts(follow)[-2:]
    assert stopped.reason is Reason.BREAKER_OPEN
    assert copied.status is CopyStatus.DONE
    assert world.table.budgets[follow].breaker_openings == 0


def test_an_exit_goes_out_while_the_breaker_is_open() -> None:
    world, follow = _with_positions()
    _fail(world, 5)

    world.copy("BTC", "-6")

    assert world.held_at_venue(follow) == 0


def test_an_exit_that_fails_or_fills_neither_opens_the_breaker_again_nor_closes_it() -> None:
    world, follow = _with_positions()
    _fail(world, 5)

    world.copy_now("ETH", "-0.5", REFUSAL)
    world.copy_now("BTC", "-3")

    assert _entry(world, follow, "BTC").reason is Reason.BREAKER_OPEN
    assert world.table.budgets[follow].breaker_openings == 1


def test_an_exit_that_fills_ends_a_row_of_failures() -> None:
    world, follow = _with_positions()
    _fail(world, 4)

    world.copy_now("BTC", "-3")
    _fail(world, 1)

    assert world.table.budgets[follow].breaker_openings == 0


def test_while_the_outcome_of_a_probe_is_unknown_no_other_entry_goes_out() -> None:
    world, follow = _with_positions()
    _fail(world, 5)
    world.clock.advance(61_000)

    probe = _entry(world, follow, "BTC", Fault.NEVER_ARRIVES)
    other = _entry(world, follow, "ETH")

    assert probe.status is CopyStatus.CLAIMED
    assert (other.reason, other.numbers["seconds_left"]) == (Reason.BREAKER_OPEN, 0)


def test_after_a_probe_that_filled_entries_go_out_at_once() -> None:
    world, follow = _with_positions()
    _fail(world, 5)
    world.clock.advance(61_000)

    copied = [_entry(world, follow, symbol).status for symbol in ("BTC", "ETH")]

    assert copied == [CopyStatus.DONE] * 2


def test_a_follow_whose_breaker_opened_three_times_is_paused() -> None:
    world, follow = _with_positions()
    _fail(world, 5)
    for _ in range(2):
        world.clock.advance(61_000)
        _fail(world, 1)

    stopped = world.table.follows[follow]
    assert (stopped.status, stopped.pause_reason) == (FollowStatus.PAUSED, PauseReason.BREAKER)

"""How long a lane's entries rest once its account has used up its actions."""

from __future__ import annotations

from understudy.domain.ids import WalletId
from understudy.domain.intents import Rejected
from understudy.domain.lanes import Lane
from understudy.domain.retrying import lane_after

TOO_MANY = Rejected("RATE_LIMITED", "Too many cumulative requests sent")
NOW_MS = 1_763_000_000_000


def _after(lane: Lane, now_ms: int, exit_rests_until_ms: int = 0) -> Lane:
    after = lane_after(lane, TOO_MANY, now_ms, exit_rests_until_ms=exit_rests_until_ms)
    assert after is not None
    return after


def test_a_later_refusal_of_something_else_lets_no_entry_before_the_exit_that_rests() -> None:
    resting = _after(Lane(WalletId("w")), NOW_MS, NOW_MS + 60_000)

    of_another_exit = _after(resting, NOW_MS + 1_000, NOW_MS + 12_000)
    of_an_entry = _after(resting, NOW_MS + 1_000)

    assert resting.entries_rest_until_ms == NOW_MS + 71_000
    assert of_another_exit.entries_rest_until_ms == NOW_MS + 71_000
    assert of_an_entry.entries_rest_until_ms == NOW_MS + 71_000


def test_a_rest_that_a_wrong_clock_wrote_ends_with_the_next_refusal() -> None:
    wrong = Lane(WalletId("w"), entries_rest_until_ms=NOW_MS + 86_400_000)

    assert _after(wrong, NOW_MS).entries_rest_until_ms == NOW_MS + 71_000

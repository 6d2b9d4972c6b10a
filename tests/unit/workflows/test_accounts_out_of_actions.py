"""An account that has used up its actions at the venue: its entries rest, its exits go first."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.builders import fixed, limits, ratio
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.adapters.memory.bus import InMemoryBus
from understudy.domain.follows import FollowStatus
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import CopyEvent
from understudy.ports.changes import RecordChange
from understudy.workflows.copy_events import publish_changes

if TYPE_CHECKING:
    from understudy.domain.ids import FollowId
    from understudy.domain.receipts import Receipt

TOO_MANY = "Too many cumulative requests sent (20002 > 10190) for cumulative volume traded $190."
RULE = "actions_of_the_account"
SLOWER: list[dict[str, Any]] = [
    {"mode": CopyMode.THROTTLED, "throttle_window_ms": 1500},
    {"mode": CopyMode.SAFE_POLL, "sync_interval_seconds": 5},
]


def _refused(*copied: str, **changes: Any) -> tuple[World, FollowId]:
    """Let an entry, or the leverage before it, be the first action that is too many."""
    world, follow = following(*copied, budget=100_000, **changes)
    world.copy_now("BTC", "1", TOO_MANY)
    return world, follow


def _last(world: World, follow: FollowId) -> Receipt:
    return world.receipts(follow)[-1]


def _why(receipt: Receipt) -> tuple[CopyStatus, Reason | None, str]:
    return receipt.status, receipt.reason, receipt.bound_by


def test_an_entry_that_is_too_many_says_so_in_the_venues_words() -> None:
    world, follow = _refused("5")

    refused = _last(world, follow)

    assert _why(refused) == (CopyStatus.REJECTED, Reason.RATE_LIMITED, RULE)
    assert (refused.reason_text, refused.target) == (TOO_MANY, 5)


def test_a_leverage_that_is_too_many_says_so_and_no_order_follows() -> None:
    world, follow = _refused()

    skipped = _last(world, follow)

    assert _why(skipped) == (CopyStatus.SKIPPED, Reason.RATE_LIMITED, RULE)
    assert skipped.reason_text.startswith("the account has used up the actions")
    assert len(world.venue.sent) == 1


@pytest.mark.parametrize("copied", [(), ("5",)], ids=["leverage", "entry"])
def test_no_entry_of_the_wallet_is_sent_for_eleven_seconds(copied: tuple[str, ...]) -> None:
    world, follow = _refused(*copied)
    sent = len(world.venue.sent)

    for symbol in ("BTC", "ETH", "BTC"):
        world.copy_now(symbol, "1")
    world.pass_time(10)
    world.copy_now("ETH", "1")

    assert len(world.venue.sent) == sent
    skips = [_why(each) for each in world.receipts(follow)[-4:]]
    assert skips == [(CopyStatus.SKIPPED, Reason.RATE_LIMITED, RULE)] * 4
    assert _last(world, follow).numbers["seconds_left"] == 1


def test_the_first_entry_after_the_rest_is_copied() -> None:
    world, follow = _refused("5")

    world.pass_time(11)
    world.copy_now("BTC", "1")

    assert _last(world, follow).status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 6


def test_no_other_wallet_rests() -> None:
    world = World()
    limited = world.follow(limits(ratio(), copy_budget_usdc=Decimal(10_000)))
    other = world.follow(limits(ratio(), copy_budget_usdc=Decimal(10_000)), "2")
    world.begin()
    world.copy_now("BTC", "1", TOO_MANY)

    world.copy_now("BTC", "1")

    assert _last(world, limited).bound_by == RULE
    assert _last(world, other).status is CopyStatus.DONE


def test_an_exit_leaves_while_entries_rest() -> None:
    world, follow = _refused("5")

    world.copy_now("BTC", "-3")

    assert _last(world, follow).status is CopyStatus.DONE
    assert world.held_at_venue(follow) == world.ledger(follow).target


def test_a_flip_closes_while_entries_rest_and_says_why_it_opens_nothing() -> None:
    world, follow = _refused("5")

    world.copy_now("BTC", "-9")

    assert _why(_last(world, follow)) == (CopyStatus.DONE, Reason.RATE_LIMITED, RULE)
    assert world.held_at_venue(follow) == 0
    assert world.ledger(follow).is_flat


@pytest.mark.parametrize("mode", SLOWER)
def test_what_a_window_collected_ends_with_a_reason_while_entries_rest(
    mode: dict[str, Any],
) -> None:
    world, follow = following(budget=100_000, **mode)
    world.copy_now("ETH", "1", TOO_MANY)
    world.pass_time(3)

    world.copy_now("BTC", "1")
    world.pass_time(7)

    first, second = world.receipts(follow)
    assert {_why(first), _why(second)} == {(CopyStatus.SKIPPED, Reason.RATE_LIMITED, RULE)}
    assert (world.ledger(follow).target, world.held_at_venue(follow)) == (0, 0)


def test_what_waited_for_an_unknown_order_ends_with_a_reason_while_entries_rest() -> None:
    world, follow = following("5", budget=100_000, max_copy_age_seconds=300)
    world.copy_now("BTC", "1", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.copy_now("BTC", "1")
    assert _last(world, follow).reason is Reason.CARRIED
    world.pass_time(10)
    world.copy_now("ETH", "1", TOO_MANY)

    world.pass_time(10)

    assert _why(world.receipts(follow)[2]) == (CopyStatus.SKIPPED, Reason.RATE_LIMITED, RULE)
    assert world.ledger(follow).target == world.held_at_venue(follow) == 6


def test_it_is_no_failure_of_the_follow() -> None:
    world, follow = following("5", budget=100_000, entries_per_minute=300)

    for _ in range(16):
        world.copy_now("BTC", "1", TOO_MANY)
        world.clock.advance(12_000)

    budget = world.table.budgets[follow]
    assert (budget.failures_in_row, budget.breaker_openings) == (0, 0)
    assert world.table.follows[follow].status is FollowStatus.ACTIVE


def test_an_entry_that_is_too_many_does_not_count_as_paid_for() -> None:
    world, follow = _refused("5", sizing=fixed("100"))
    assert world.table.budgets[follow].reserved == 0

    world.pass_time(11)
    world.copy_now("BTC", "1")

    assert _last(world, follow).status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 2


def test_an_exit_that_was_refused_is_tried_before_any_entry() -> None:
    world, follow = following("5", budget=100_000)
    world.copy_now("BTC", "-5", TOO_MANY, TOO_MANY)
    world.pass_time(13)
    sent = len(world.venue.sent)

    for _ in range(21):
        world.copy_now("ETH", "1")
        world.pass_time(1)
    assert len(world.venue.sent) == sent
    world.pass_time(3)

    assert world.held_at_venue(follow) == 0
    assert {each.bound_by for each in world.receipts(follow)[2:]} == {RULE}


@pytest.mark.parametrize("copied", [(), ("5",)], ids=["leverage", "entry"])
def test_each_refusal_is_announced_once(copied: tuple[str, ...]) -> None:
    world, _ = _refused(*copied)
    world.copy_now("ETH", "1")

    bus = InMemoryBus()
    publish_changes(bus, world.clock, [RecordChange(*each) for each in world.table.drain_stream()])

    events = [each for each in bus.events if isinstance(each, CopyEvent)]
    told = [each.facts["answer"] for each in events if each.event == "ACTIONS_USED_UP"]
    assert told == [TOO_MANY]

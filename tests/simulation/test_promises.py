"""The promises of a run can be broken: a rule that is broken on purpose breaks them."""

from __future__ import annotations

from functools import cache

import pytest

from tests.simulation.invariants import violations
from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.run import run_block
from understudy.domain.announcements import Announcement, of_receipt
from understudy.domain.receipts import Receipt
from understudy.workflows import copy_events

RETRIED = "fresh_nonce_on_retry"
UNLOOKED = "unseen_fills_never_looked_for"


@cache
def _broken_by(mutant: str, block: str, trades: int) -> frozenset[str]:
    with MUTANTS[mutant].at_work():
        world = run_block(block, "heavy", trades=trades)
    return frozenset(each.promise for each in violations(world))


@pytest.mark.parametrize(
    ("mutant", "block", "trades", "promise"),
    [
        ("no_claim", "promises/0", 40, "nothing_is_sent_before_it_is_pinned"),
        (RETRIED, "promises/0", 40, "an_order_is_taken_once"),
        (RETRIED, "promises/0", 40, "every_order_was_pinned_and_filled_once"),
        ("budget_not_reserved", "promises/0", 40, "reserves_are_what_orders_hold"),
        ("exit_may_increase", "promises/5", 40, "no_exit_reverses_a_position"),
        ("never_converged", "promises/4", 60, "a_leaders_close_is_copied_in_time"),
        ("age_ignored", "promises/0", 40, "an_entry_is_young"),
        ("fees_forgotten", "promises/0", 40, "budgets_are_what_orders_made"),
        ("group_key_wrong", "promises/0", 40, "a_wallet_has_one_lane"),
        (UNLOOKED, "promises/1", 150, "a_leaders_trade_is_seen_in_time"),
        (UNLOOKED, "promises/1", 150, "nothing_of_a_leader_is_unseen"),
    ],
)
def test_a_rule_that_is_broken_breaks_the_promise_that_is_about_it(
    mutant: str, block: str, trades: int, promise: str
) -> None:
    assert promise in _broken_by(mutant, block, trades)


def test_a_copy_that_opens_again_and_ends_again_is_announced_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first: dict[tuple[str, str], str] = {}

    def once(before: Receipt | None, after: Receipt) -> Announcement | None:
        made = of_receipt(before, after)
        if made is None:
            return None
        first_id = first.setdefault((made.event, after.copy_id), made.event_id)
        return made if made.event_id == first_id else None

    monkeypatch.setattr(copy_events, "of_receipt", once)

    told = [each.promise for each in violations(run_block("promises/0", "heavy", trades=60))]

    assert "every_ending_reaches_the_bus" in told

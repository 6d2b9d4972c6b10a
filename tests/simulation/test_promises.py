"""The promises of a run can be broken: a rule that is broken on purpose breaks them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from custody.signer import IntentSigner, Verdict
from tests.fakes.builders import intent
from tests.simulation.invariants import (
    Violation,
    nothing_is_left_lying,
    receipts_tell_what_orders_did,
    violations,
)
from tests.simulation.mixes import CALM, HEAVY, MIXES
from tests.simulation.mutants.catalogue import MUTANTS
from tests.simulation.run import run_block
from tests.simulation.sources import Delivery
from tests.simulation.world import LEADERS, World
from understudy.domain import decisions, gates
from understudy.domain.announcements import Announcement, of_receipt
from understudy.domain.errors import DependencyError, InvalidInputError
from understudy.domain.follows import FollowStatus
from understudy.domain.gates import standing
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import Receipt
from understudy.domain.situation import Situation
from understudy.messages import CheckLeader, LeaderFills
from understudy.ports.copying import Changes
from understudy.workflows import copy_events, follow_reconcile, follower_execute
from understudy.workflows.copying import orders

# One of so many short blocks has the occasion to break what a rule forbids.
BLOCKS, FEW, MORE = 16, 10, 20
RETRIED = "fresh_nonce_on_retry"
UNLOOKED = "unseen_fills_never_looked_for"
WRITE_DOWN = IntentSigner._write_down


def _writes_nothing(_: IntentSigner, __: Iterable[Verdict]) -> None:
    pass


def _writes_what_it_can(signer: IntentSigner, verdicts: Iterable[Verdict]) -> None:
    with suppress(DependencyError):
        WRITE_DOWN(signer, verdicts)


def _first_told(text: str, mix: str = "heavy", trades: int = FEW) -> list[Violation]:
    """Give what the first block tells in which a violation says `text`; nothing if none does."""
    for number in range(BLOCKS):
        told = [
            each
            for each in violations(run_block(f"promises/{number}", mix, trades=trades))
            if text in str(each)
        ]
        if told:
            return told
    return []


@pytest.mark.parametrize(
    ("mutant", "trades", "promise"),
    [
        ("no_claim", FEW, "nothing_is_sent_before_it_is_pinned"),
        (RETRIED, FEW, "an_order_is_taken_once"),
        (RETRIED, FEW, "every_order_was_pinned_and_filled_once"),
        ("budget_not_reserved", FEW, "reserves_are_what_orders_hold"),
        ("exit_may_increase", FEW, "no_exit_reverses_a_position"),
        ("never_converged", FEW, "a_leaders_close_is_copied_in_time"),
        ("age_ignored", 3 * FEW, "an_entry_is_young"),
        ("fees_forgotten", FEW, "budgets_are_what_orders_made"),
        ("group_key_wrong", FEW, "a_wallet_has_one_lane"),
        (UNLOOKED, FEW, "a_leaders_trade_is_seen_in_time"),
        (UNLOOKED, FEW, "nothing_of_a_leader_is_unseen"),
    ],
)
def test_a_rule_that_is_broken_breaks_the_promise_that_is_about_it(
    mutant: str, trades: int, promise: str
) -> None:
    with MUTANTS[mutant].at_work():
        assert _first_told(promise, trades=trades)


def test_a_reduction_that_shrinks_no_target_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "reduced_target", lambda _, ledger, __: ledger.target)

    assert _first_told("no_more_is_wanted_than_the_share")


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

    assert _first_told("every_ending_reaches_the_bus", trades=MORE)


def test_a_follow_that_ends_unheard_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_events, "of_follow", lambda *_: None)

    assert _first_told("was deleted unannounced")


@pytest.mark.parametrize("forgetting", [_writes_nothing, _writes_what_it_can])
def test_a_signature_that_leaves_before_its_result_is_written_is_told(
    monkeypatch: pytest.MonkeyPatch, forgetting: Callable[..., None]
) -> None:
    monkeypatch.setattr(IntentSigner, "_write_down", forgetting)

    assert _first_told("no_signature_leaves_before_its_result_is_written")


def test_a_trade_from_before_a_deletion_that_has_no_receipt_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where users do much while trades come fast, one of an ended follow is among the dead."""
    hurried = replace(HEAVY, user=0.9, pauses_ms=(250, 500, 1_000, 2_000))
    monkeypatch.setitem(MIXES, "hurried", hurried)
    monkeypatch.setattr(follow_reconcile, "close_last_gaps", lambda *_: None)

    told = _first_told("has no receipt", "hurried", MORE)

    assert {each.promise for each in told} == {"every_pair_ends_in_one_terminal_receipt"}


def test_an_entry_of_a_follow_that_is_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def of_anybody(situation: Situation) -> Reason | None:
        follow = replace(situation.follow, status=FollowStatus.ACTIVE)
        return standing(replace(situation, follow=follow))

    monkeypatch.setattr(gates, "standing", of_anybody)

    assert _first_told("a_stopped_follow_enters_nothing", "standard")


def test_a_refusal_taken_for_the_only_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the mark on an order that was taken up, what had filled is settled as refused."""
    monkeypatch.setattr(orders, "_marked", lambda _ports, intent: intent)

    assert _first_told("records_are_the_venues_books", "standard", MORE)


def test_a_receipt_that_tells_something_else_than_its_order_is_told() -> None:
    world = run_block("promises/0", "calm", trades=20)
    receipt = next(
        each for own in world.table.receipts.values() for each in own.values() if each.legs
    )
    assert list(receipts_tell_what_orders_did(world)) == []

    world.table.receipts[receipt.follow_id][receipt.seq] = replace(
        receipt, legs=(replace(receipt.legs[0], filled_size=Decimal(7)), *receipt.legs[1:])
    )
    [told_otherwise] = receipts_tell_what_orders_did(world)
    world.table.receipts[receipt.follow_id][receipt.seq] = replace(receipt, legs=())
    not_told = list(receipts_tell_what_orders_did(world))

    assert f"trade {receipt.seq} says" in told_otherwise
    assert len(not_told) == len(receipt.legs)


def test_an_order_in_the_name_of_no_follow_is_told() -> None:
    world = World("promises", CALM)

    world.copies.commit(Changes(intent=intent()))

    assert [each.promise for each in world.broken] == ["an_order_is_a_follows"]


def test_what_is_left_lying_is_told() -> None:
    world = run_block("promises/0", "calm", trades=1)
    assert list(nothing_is_left_lying(world)) == []

    world.queues.to_leader_sync([LeaderFills(HYPERLIQUID, LEADERS[0], ())])
    world.queues.reconcile.dead.append(Delivery("group", CheckLeader(HYPERLIQUID, LEADERS[0])))
    follow_id, follow = next(iter(world.table.follows.items()))
    world.table.follows[follow_id] = replace(follow, status=FollowStatus.DELETING)

    assert len(list(nothing_is_left_lying(world))) == 3


def test_a_step_that_fails_though_nothing_failed_around_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unable(*_: object) -> None:
        raise InvalidInputError("planted")

    monkeypatch.setattr(follower_execute, "decide", unable)

    told = [each.promise for each in violations(run_block("promises/0", "calm", trades=1))]

    assert "only_the_world_makes_steps_fail" in told

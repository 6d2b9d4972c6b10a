"""Exits that are refused for reasons which pass by themselves rest, and go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from custody.secp256k1 import address_of
from tests.fakes.builders import fixed, limits
from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.adapters.memory.queues import DelayQueue
from understudy.domain.errors import SigningUnavailableError
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.intents import Intent, SigningAnswer, SigningRefused
from understudy.domain.limits import OnStop
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.ports.signing import Signer
from understudy.workflows.copying.closing_out import close_out
from understudy.workflows.copying.converging import converge_at_start, convergence

POST_ONLY = "Only post-only orders allowed immediately after network upgrade"
TOO_MANY = "Too many cumulative requests sent (20002 > 10190) for cumulative volume traded $1."


class RefusingSigner:
    """Refuses the kinds it is told to, or does not answer for them at all."""

    def __init__(self, behind: Signer, reason: str, *kinds: str) -> None:
        self._behind = behind
        self._reason = reason
        self._kinds = kinds
        self.asked = 0

    def sign(self, intents: Sequence[Intent]) -> list[SigningAnswer]:
        return [self._answer(intent) for intent in intents]

    def _answer(self, intent: Intent) -> SigningAnswer:
        if intent.kind.value not in self._kinds:
            return self._behind.sign([intent])[0]
        self.asked += 1
        if not self._reason:
            raise SigningUnavailableError("the signer did not answer")
        return SigningRefused(intent.intent_id, self._reason)


def _holding(**changes: Any) -> tuple[World, FollowId]:
    return following("5", **changes)


def _close(world: World) -> int:
    """Let the leader close; gives how many orders were sent before."""
    sent = len(world.venue.sent)
    world.copy_now("BTC", "-5")
    return sent


def _revoke(world: World) -> None:
    world.venue.revoke(address_of((1).to_bytes(32, "big")))


@pytest.mark.parametrize("text", [POST_ONLY, TOO_MANY])
def test_a_refusal_that_passes_is_waited_for_eleven_seconds_at_least(text: str) -> None:
    world, _ = _holding()
    world.venue.faults.extend([text] * 40)
    before = _close(world)

    world.pass_time(10)
    assert len(world.venue.sent) == before + 1
    world.pass_time(3)

    assert len(world.venue.sent) == before + 2


@pytest.mark.parametrize("text", [POST_ONLY, TOO_MANY])
def test_an_exit_outlives_ten_minutes_of_refusals(text: str) -> None:
    world, follow = _holding()
    world.venue.faults.extend([text] * 400)
    _close(world)
    world.pass_time(600)
    assert not world.ledger(follow).needs_operator

    world.venue.faults.clear()
    world.pass_time(70)

    assert world.held_at_venue(follow) == 0
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_refusals_that_pass_neither_widen_the_price_nor_open_the_breaker() -> None:
    world, follow = _holding()
    world.venue.faults.extend([POST_ONLY] * 5)
    _close(world)

    world.pass_time(300)

    caps = {leg.limit_price for leg in world.receipts(follow)[-1].legs}
    budget = world.table.budgets[follow]
    assert (caps, budget.failures_in_row, budget.breaker_openings) == ({99}, 0, 0)


@pytest.mark.parametrize(("reason", "times"), [("PRICE_OUT_OF_BAND", 4), ("", 6)])
def test_an_exit_goes_on_once_the_signer_does(reason: str, times: int) -> None:
    world, follow = _holding()
    well = world.signer
    world.signer = refusing = RefusingSigner(well, reason, "exit")
    _close(world)
    world.pass_time(90)
    assert refusing.asked == times

    world.signer = well
    world.pass_time(61)

    assert world.held_at_venue(follow) == 0
    assert world.failed == []


def test_an_exit_out_of_the_signers_band_is_tried_again_from_the_mark() -> None:
    world, follow = _holding()
    well = world.signer
    world.signer = RefusingSigner(well, "PRICE_OUT_OF_BAND", "exit")
    _close(world)
    world.price("BTC", "80")
    world.signer = well

    world.pass_time(15)

    assert world.receipts(follow)[-1].legs[-1].limit_price == Decimal("79.2")
    assert world.held_at_venue(follow) == 0


def test_a_signer_that_refuses_for_half_an_hour_calls_an_operator() -> None:
    world, follow = _holding()
    world.signer = RefusingSigner(world.signer, "KEY_UNUSABLE", "exit")
    _close(world)

    world.pass_time(1900)

    assert world.receipts(follow)[-1].status is CopyStatus.NEEDS_OPERATOR


def test_the_signers_own_limits_open_no_breaker_and_name_themselves() -> None:
    world = World()
    follow = world.follow(limits(fixed("50"), entries_per_minute=300))
    world.begin()
    world.signer = RefusingSigner(world.signer, "DAILY_NOTIONAL_EXCEEDED", "entry")

    for _ in range(16):
        world.copy("BTC", "1")

    refused = world.receipts(follow)[-1]
    assert (refused.reason, refused.reason_text) == (
        Reason.SIGNING_REFUSED,
        "DAILY_NOTIONAL_EXCEEDED",
    )
    assert refused.bound_by == "signer:daily_notional_exceeded"
    assert world.table.follows[follow].status is FollowStatus.ACTIVE


def test_an_agent_that_is_gone_pauses_the_follow_and_says_so() -> None:
    world, follow = _holding()
    _revoke(world)

    _close(world)

    paused, receipt = world.table.follows[follow], world.receipts(follow)[-1]
    assert (paused.status, paused.pause_reason) == (
        FollowStatus.PAUSED,
        PauseReason.AGENT_REVOKED,
    )
    assert (receipt.status, receipt.reason) == (
        CopyStatus.NEEDS_OPERATOR,
        Reason.SIGNING_UNAVAILABLE,
    )
    assert "enable a new one" in receipt.reason_text


def test_an_entry_without_an_agent_pauses_the_follow_too() -> None:
    world, follow = _holding()
    _revoke(world)

    world.copy("BTC", "1")

    assert world.table.follows[follow].pause_reason is PauseReason.AGENT_REVOKED
    assert world.receipts(follow)[-1].reason is Reason.SIGNING_UNAVAILABLE


def _given_up(**changes: Any) -> tuple[World, FollowId]:
    """Let an exit find nobody who buys until an operator is called; then there are buyers again."""
    world, follow = _holding(**changes)
    world.venue.set_price("BTC", "100", depth="0")
    _close(world)
    world.pass_time(60)
    assert world.ledger(follow).needs_operator
    return world, follow


def test_what_needs_an_operator_is_tried_once_every_ten_minutes() -> None:
    world, _ = _given_up()
    sent = len(world.venue.sent)

    for _ in range(15):
        world.pass_time(60)
        world.sweep()

    assert len(world.venue.sent) == sent + 1


def test_what_needs_an_operator_is_closed_once_somebody_buys() -> None:
    world, follow = _given_up()
    world.price("BTC", "100")

    for _ in range(10):
        world.pass_time(60)
        world.sweep()

    assert world.held_at_venue(follow) == 0
    assert world.receipts(follow)[-1].status is CopyStatus.DONE


def test_the_owners_close_waits_for_nothing() -> None:
    world, follow = _given_up(on_stop=OnStop.CLOSE_NOW)
    world.price("BTC", "100")
    world.directory.replace(replace(world.table.follows[follow], status=FollowStatus.PAUSED))
    state = world.copying.store.follow_state(follow)
    assert state is not None

    close_out(world.queues, state, world.clock.now_ms())
    world.pump()

    assert world.held_at_venue(follow) == 0


def test_an_exit_goes_on_after_its_rest_though_whoever_let_it_rest_died() -> None:
    world, follow = _holding()
    world.venue.faults.append(POST_ONLY)
    _close(world)
    world.queues.reconcile = DelayQueue(world.clock)
    known = world.table.follows[follow]

    world.run_lane([convergence(known, "BTC", "open exit", world.clock.now_ms())])
    world.pass_time(14)

    assert world.held_at_venue(follow) == 0


def test_an_exit_goes_on_at_once_when_its_owner_starts_the_follow_again() -> None:
    world, follow = _given_up()
    world.price("BTC", "100")
    state = world.copying.store.follow_state(follow)
    assert state is not None

    converge_at_start(world.queues, state, world.clock.now_ms())
    world.pump()

    assert world.held_at_venue(follow) == 0


def test_a_start_is_not_forgotten_while_an_entry_is_unknown() -> None:
    world, follow = _holding()
    world.copy_now("BTC", "2", Fault.NEVER_ARRIVES)
    signer, world.signer = world.signer, RefusingSigner(world.signer, "AGENT_NOT_ACTIVE", "exit")
    world.copy_now("BTC", "-7")
    ledger = world.ledger(follow)
    assert (ledger.needs_operator, ledger.held, len(ledger.pending)) == (True, 5, 1)
    world.signer = signer
    state = world.copying.store.follow_state(follow)
    assert state is not None

    converge_at_start(world.queues, state, world.clock.now_ms())
    world.pass_time(30)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0


def test_an_entry_known_after_its_exit_was_given_up_is_closed_without_another_ten_minutes() -> None:
    world, follow = following()
    world.copy_now("BTC", "5", None, Fault.TIMES_OUT_AFTER_ACCEPT)  # leverage goes first
    signer, world.signer = world.signer, RefusingSigner(world.signer, "AGENT_NOT_ACTIVE", "exit")
    _close(world)
    ledger = world.ledger(follow)
    assert (ledger.needs_operator, ledger.held, len(ledger.pending)) == (True, 0, 1)
    world.signer = signer

    world.pass_time(20)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0

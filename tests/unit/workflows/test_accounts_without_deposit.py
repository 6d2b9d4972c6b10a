"""What the venue says of an account that may do nothing pauses its follow, whatever was sent."""

from __future__ import annotations

import pytest

from custody.secp256k1 import address_of
from tests.fakes.world import World, following
from understudy.domain.follows import FollowStatus, PauseReason
from understudy.domain.ids import FollowId
from understudy.domain.limits import OnStop
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus, Receipt

ACCOUNT = "0x" + "1".rjust(40, "a")
MUST_DEPOSIT = f"Must deposit before performing actions. User: {ACCOUNT}"
SENT = pytest.mark.parametrize("copied", [(), ("5",)], ids=["leverage", "entry"])


def _refused(*copied: str) -> tuple[World, FollowId, Receipt]:
    world, follow = following(*copied)
    world.copy_now("BTC", "1", MUST_DEPOSIT)
    return world, follow, world.receipts(follow)[-1]


def _pause(world: World, follow: FollowId) -> tuple[FollowStatus, PauseReason | None]:
    known = world.table.follows[follow]
    return known.status, known.pause_reason


@SENT
def test_an_entry_without_a_deposit_says_so_and_pauses_the_follow(copied: tuple[str, ...]) -> None:
    world, follow, receipt = _refused(*copied)

    assert (receipt.reason, receipt.bound_by) == (
        Reason.ACCOUNT_NOT_FUNDED,
        "deposit_at_the_venue",
    )
    assert "deposit" in receipt.reason_text
    assert _pause(world, follow) == (FollowStatus.PAUSED, PauseReason.ACCOUNT_NOT_FUNDED)
    assert world.table.budgets[follow].reserved == 0


@SENT
def test_later_entries_name_the_pause_and_send_nothing(copied: tuple[str, ...]) -> None:
    world, follow, _ = _refused(*copied)
    sent = len(world.venue.sent)

    world.copy("BTC", "1")

    later = world.receipts(follow)[-1]
    assert (later.reason, later.bound_by) == (Reason.FOLLOW_PAUSED, "account_not_funded")
    assert len(world.venue.sent) == sent


def test_an_exit_still_leaves_while_the_follow_is_paused_for_it() -> None:
    world, follow, _ = _refused("5")

    world.copy("BTC", "-6")

    assert world.receipts(follow)[-1].status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 0


@pytest.mark.parametrize("symbol", ["BTC", "ETH"], ids=["entry", "leverage"])
def test_what_is_held_is_closed_at_once_where_its_owner_wants_that_on_a_stop(symbol: str) -> None:
    world, follow = following("5", on_stop=OnStop.CLOSE_NOW)

    world.copy_now(symbol, "1", MUST_DEPOSIT)
    world.pass_time(5)

    assert world.held_at_venue(follow) == 0


def test_an_account_that_holds_something_has_lost_its_agent() -> None:
    world, follow = following("5")

    world.copy_now("BTC", "-5", MUST_DEPOSIT)

    assert _pause(world, follow) == (FollowStatus.PAUSED, PauseReason.AGENT_REVOKED)
    assert world.receipts(follow)[-1].reason is Reason.SIGNING_UNAVAILABLE


@pytest.mark.parametrize("change", ["1", "-5"], ids=["entry", "exit"])
def test_a_deposit_asked_of_somebody_else_is_our_fault_and_pauses_nobody(change: str) -> None:
    world, follow = following("5", on_stop=OnStop.CLOSE_NOW)
    somebody = "0x" + "5" * 40

    world.copy_now("BTC", change, f"Must deposit before performing actions. User: {somebody}")

    assert _pause(world, follow) == (FollowStatus.ACTIVE, None)
    assert "SIGNATURE" in {each.refusal for each in world.table.intents.values()}


def test_an_agent_that_is_gone_is_noticed_with_the_leverage_before_an_entry() -> None:
    world, follow = following()
    world.venue.revoke(address_of((1).to_bytes(32, "big")))

    world.copy("BTC", "1")

    assert _pause(world, follow) == (FollowStatus.PAUSED, PauseReason.AGENT_REVOKED)
    assert world.receipts(follow)[-1].reason is Reason.SIGNING_UNAVAILABLE

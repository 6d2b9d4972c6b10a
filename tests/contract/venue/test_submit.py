"""Sending a pinned order: what is evidence, what is not, and that bytes count once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.signing import KeySigner
from tests.fakes.venue import Fault
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.ids import WalletId
from understudy.domain.intents import Accepted, IntentKind, Rejected, Unknown
from understudy.domain.money import multiply
from understudy.domain.trades import Side
from understudy.ports.venue import NotFound

if TYPE_CHECKING:
    from tests.contract.venue.conftest import Follower
    from tests.contract.venue.worlds import World


def test_a_resend_of_the_same_bytes_never_fills_twice(follower: Follower) -> None:
    intent = follower.intent(Side.BUY, "1", "101")

    first = follower.send(intent)
    again = follower.send(intent, first=False)

    assert isinstance(first, Accepted)
    assert again == Unknown("NONCE_USED")
    assert follower.held() == 1


def test_a_timeout_says_nothing_though_the_order_was_filled(
    world: World, follower: Follower
) -> None:
    world.strike(Fault.TIMES_OUT_AFTER_ACCEPT)

    assert follower.send(follower.intent(Side.BUY, "1", "101")) == Unknown("TIMEOUT")
    assert follower.held() == 1


def test_an_order_may_land_after_the_question_whether_it_did(
    world: World, follower: Follower
) -> None:
    world.strike(Fault.LANDS_LATE)
    intent = follower.intent(Side.BUY, "1", "101")
    asked = (follower.address, intent.client_order_id)

    assert follower.send(intent) == Unknown("TIMEOUT")
    assert world.venue.order_report(*asked) == NotFound()
    world.wait_for_late_ones()
    assert isinstance(world.venue.order_report(*asked), Accepted)
    assert follower.send(intent, first=False) == Unknown("NONCE_USED")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [(Fault.RATE_LIMITED, "RATE_LIMITED"), (Fault.SERVER_ERROR, "SERVER_ERROR")],
)
def test_a_failing_venue_is_no_refusal_and_the_same_bytes_may_go_again(
    world: World, follower: Follower, fault: Fault, cause: str
) -> None:
    world.strike(fault)
    intent = follower.intent(Side.BUY, "1", "101")

    assert follower.send(intent) == Unknown(cause)
    assert isinstance(follower.send(intent, first=False), Accepted)
    assert follower.held() == 1


def test_an_order_after_its_expiry_is_refused(follower: Follower) -> None:
    intent = follower.intent(Side.BUY, "1", "101", expires_at_ms=follower.world.clock.now_ms() - 1)

    refused = follower.send(intent)

    assert isinstance(refused, Rejected)
    assert refused.kind == "EXPIRED_ACTION"
    assert follower.send(intent, first=False) == Unknown("REFUSED_LATER")


def test_an_agent_that_nobody_approved_is_gone(follower: Follower) -> None:
    follower.signer = KeySigner(lambda _agent_id: b"\x07" * 32)

    refused = follower.send(follower.intent(Side.BUY, "1", "101"))

    assert isinstance(refused, Rejected)
    assert refused.kind == "AGENT_GONE"


def test_a_cap_that_the_book_does_not_meet_is_refused(follower: Follower) -> None:
    refused = follower.send(follower.intent(Side.BUY, "1", "99"))

    assert isinstance(refused, Rejected)
    assert refused.kind == "NO_MATCH"
    assert follower.held() == 0


def test_an_order_below_the_minimum_is_refused(follower: Follower) -> None:
    refused = follower.send(follower.intent(Side.BUY, "0.05", "101"))

    assert isinstance(refused, Rejected)
    assert refused.kind == "MIN_NOTIONAL"


@pytest.mark.parametrize("held", [None, Side.BUY], ids=["flat", "same side"])
def test_an_exit_without_a_position_on_its_side_is_refused(
    follower: Follower, held: Side | None
) -> None:
    if held is not None:
        follower.send(follower.intent(held, "1", "101"))

    refused = follower.send(follower.intent(Side.BUY, "1", "101", reduce_only=True))

    assert isinstance(refused, Rejected)
    assert refused.kind == "REDUCE_ONLY_FLAT"


def test_an_exit_never_takes_more_than_is_held(follower: Follower) -> None:
    follower.send(follower.intent(Side.BUY, "1", "101"))

    done = follower.send(follower.intent(Side.SELL, "3", "99", reduce_only=True))

    assert isinstance(done, Accepted)
    assert done.filled_size == 1
    assert follower.held() == 0


def test_a_thin_book_fills_a_part(world: World, follower: Follower) -> None:
    world.price("SOL", "100", depth="0.4")

    done = follower.send(follower.intent(Side.BUY, "1", "100.01"))

    assert isinstance(done, Accepted)
    assert done.filled_size == Decimal("0.4")
    assert follower.held() == Decimal("0.4")


def test_an_unknown_order_over_two_prices_is_resolved_to_what_a_table_takes(
    world: World, follower: Follower
) -> None:
    world.price("SOL", "100", depth="1.6")
    world.strike(Fault.TIMES_OUT_AFTER_ACCEPT)
    intent = follower.intent(Side.BUY, "3", "101")
    assert follower.send(intent) == Unknown("TIMEOUT")

    report = world.venue.order_report(follower.address, intent.client_order_id)

    assert isinstance(report, Accepted)
    assert 100 <= report.average_price < 101
    notional = multiply(report.filled_size, report.average_price)
    refuse_unstorable(replace(intent, average_price=report.average_price, margin=notional))


def test_leverage_is_set_without_a_fill_and_shows_with_the_position(follower: Follower) -> None:
    done = follower.send(follower.intent(Side.BUY, "1", "101", kind=IntentKind.LEVERAGE))
    follower.send(follower.intent(Side.BUY, "1", "101"))

    account = follower.world.venue.account(WalletId("wallet"), follower.address, [""])
    assert done == Accepted(Decimal(0), Decimal(0), "")
    assert (account.leverages["SOL"], account.isolated) == (5, ())


def test_the_margin_mode_of_a_position_may_be_set_again_and_not_changed(follower: Follower) -> None:
    setting = {"kind": IntentKind.LEVERAGE, "isolated": True}
    follower.send(follower.intent(Side.BUY, "1", "101", **setting))
    follower.send(follower.intent(Side.BUY, "1", "101"))

    account = follower.world.venue.account(WalletId("wallet"), follower.address, [""])
    again = follower.send(follower.intent(Side.BUY, "1", "101", **setting))
    changed = follower.send(follower.intent(Side.BUY, "1", "101", kind=IntentKind.LEVERAGE))

    assert account.isolated == ("SOL",)
    assert again == Accepted(Decimal(0), Decimal(0), "")
    assert isinstance(changed, Rejected)

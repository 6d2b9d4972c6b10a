"""An exit whose answer was lost may have done its work: later orders and receipts know that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.venue import Fault
from tests.fakes.world import World, following
from understudy.domain.errors import SigningUnavailableError
from understudy.domain.ids import FollowId
from understudy.domain.intents import IntentKind
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from understudy.domain.intents import Intent, SigningAnswer
    from understudy.ports.signing import Signer


# From when the first exit's outcome is known, and the second one's is not yet.
FIRST_KNOWN_SECONDS = 15


def _after_an_unknown_exit() -> tuple[World, FollowId]:
    """Hold 5, which a close has sold at the venue without our hearing of it."""
    world, follow = following("5")
    world.copy_now("BTC", "-5", Fault.TIMES_OUT_AFTER_ACCEPT)
    world.clock.advance(1000)
    return world, follow


def test_a_flip_after_a_close_that_was_not_heard_opens_once_it_was() -> None:
    world, follow = _after_an_unknown_exit()

    world.copy_now("BTC", "-2")
    world.pass_time(25)
    world.copy("BTC", "-1")

    assert world.held_at_venue(follow) == world.ledger(follow).held == -3


def test_a_close_that_finds_nothing_does_not_count_the_position_twice() -> None:
    world, follow = _after_an_unknown_exit()
    _open_and_close(world)
    world.pass_time(25)

    world.copy("BTC", "4")

    ledger = world.ledger(follow)
    assert ledger.presold == 0
    assert world.held_at_venue(follow) == ledger.held == 4


def _open_and_close(world: World) -> None:
    """Let the leader enter and leave again while our exit is unknown."""
    for size in ("1", "-1"):
        world.copy_now("BTC", size)
        world.clock.advance(1000)


def test_the_realized_profit_of_an_exit_that_was_not_heard_is_not_lost() -> None:
    world, follow = _after_an_unknown_exit()
    _open_and_close(world)

    world.pass_time(25)

    budget, ledger = world.table.budgets[follow], world.ledger(follow)
    fills = world.venue.books.account(world.table.follows[follow].wallet_address).fills
    assert (budget.margin, budget.realized, ledger.held) == (0, 0, 0)
    assert budget.fees == sum(own.fee for own in fills)


def test_every_receipt_ends_when_the_unknown_exit_turns_out_to_have_closed_all() -> None:
    world, follow = _after_an_unknown_exit()
    _open_and_close(world)

    world.pass_time(25)

    last = world.receipts(follow)[-1]
    assert (last.status, last.reason) == (CopyStatus.SKIPPED, Reason.NOTHING_TO_CLOSE)
    assert all(receipt.status.is_terminal for receipt in world.receipts(follow))


def test_a_newer_trade_finishes_the_receipt_whose_rest_it_takes_over() -> None:
    world, follow = following("5")
    world.venue.set_price("BTC", "100", depth="0")
    world.copy_now("BTC", "-2")
    world.venue.set_price("BTC", "100")
    world.clock.advance(1000)

    world.copy_now("BTC", "-3")

    reduced, closed = world.receipts(follow)[1:]
    assert (reduced.status, reduced.reason) == (CopyStatus.SKIPPED, Reason.SUPERSEDED)
    assert closed.status is CopyStatus.DONE
    assert world.held_at_venue(follow) == 0


class AwayOnce:
    """A signer that gives no answer the first time."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._is_away = True

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        if self._is_away:
            self._is_away = False
            raise SigningUnavailableError("the signer did not answer")
        return self._signer.sign(intents)


def test_a_newer_trade_finishes_a_receipt_whose_exit_an_unknown_one_made_needless() -> None:
    world, follow = _after_an_unknown_exit()
    world.venue.faults.extend([Fault.NEVER_ARRIVES] * 20)
    _open_and_close(world)
    world.signer = AwayOnce(world.signer)
    _open_and_close(world)
    world.pass_time(FIRST_KNOWN_SECONDS)
    refused = world.receipts(follow)[-1]
    assert (world.ledger(follow).held, len(world.ledger(follow).pending)) == (0, 1)
    assert refused.status is CopyStatus.CLAIMED
    world.venue.faults.clear()

    world.copy("BTC", "4")
    world.pass_time(25)

    assert all(receipt.status.is_terminal for receipt in world.receipts(follow))
    assert world.held_at_venue(follow) == world.ledger(follow).held == 4


def test_an_exit_that_ended_beside_an_unknown_entry_goes_on_when_the_entry_turns_out_filled() -> (
    None
):
    world, follow = following()
    world.venue.faults.extend([None, Fault.TIMES_OUT_AFTER_ACCEPT])  # leverage goes first
    world.copy_now("BTC", "5")
    world.pass_time(12)
    world.signer = AwayOnce(world.signer)
    world.copy_now("BTC", "-5")

    world.pass_time(8)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0


def _holding_five() -> tuple[World, FollowId]:
    return following("5")


def test_a_close_refused_beside_an_unknown_reduction_goes_on_without_a_sweep() -> None:
    world, follow = _holding_five()
    world.copy_now("BTC", "-2", Fault.NEVER_ARRIVES)
    world.signer = AwayOnce(world.signer)
    world.copy_now("BTC", "-3")

    world.pass_time(12)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0


def test_an_exit_whose_wake_up_was_lost_goes_on_soon_after_a_sweep_that_came_too_early() -> None:
    world, follow = _holding_five()
    world.signer = AwayOnce(world.signer)
    world.copy_now("BTC", "-5")
    world.queues.reconcile._waiting.clear()

    world.clock.advance(1_000)
    world.sweep()
    world.pass_time(6)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0


class ClosedMeanwhile:
    """A signer that is away for a close which another worker decides while an entry is signed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._signer: Signer = world.signer

    def sign(self, intents: Sequence[Intent]) -> Sequence[SigningAnswer]:
        if any(intent.reduce_only for intent in intents):
            self._world.signer = self._signer
            raise SigningUnavailableError("the signer did not answer")
        if any(intent.kind is IntentKind.ENTRY for intent in intents):
            self._world.leader_trades("BTC", "-5")
            self._world.sync()
            self._world.run_lane(self._world.queues.lanes.take())
        return self._signer.sign(intents)


def test_what_an_entry_fills_after_its_close_was_given_up_is_closed_without_a_sweep() -> None:
    world, follow = following()
    world.leader_trades("BTC", "5")
    world.sync()
    world.signer = ClosedMeanwhile(world)
    world.run_lane(world.queues.lanes.take())
    assert world.held_at_venue(follow) == 5

    world.pass_time(8)

    assert world.held_at_venue(follow) == world.ledger(follow).held == 0

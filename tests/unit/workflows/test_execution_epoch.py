"""Between a restore and the rebuilding nothing is ordered; what was sent before does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.builders import FOLLOW, NOW_MS, WALLET
from tests.unit.workflows.restoring import (
    begun,
    follow_of,
    lost,
    recover,
    saved,
    stop_and_restore,
)
from understudy.domain.errors import DependencyError, VenueUnreachableError
from understudy.messages import Converge, ReconcileWallet, decode, encode
from understudy.workflows.follow_reconcile import reconcile


def test_nothing_is_ordered_before_the_rebuilding() -> None:
    world, follow = begun("8")
    stop_and_restore(world, saved(world))

    world.copy("BTC", "-8", "100")

    assert world.orders_at_venue(follow) == 1
    assert len(world.receipts(follow)) == 1


def test_nothing_is_rebuilt_while_the_venue_does_not_answer() -> None:
    world, follow = begun("8")
    stop_and_restore(world, saved(world))

    world.venue.is_down = True
    with pytest.raises(VenueUnreachableError):
        world.sweep()
    assert follow_of(world, follow).epoch == 0

    world.venue.is_down = False
    world.sweep()
    assert follow_of(world, follow).epoch == world.copying.epoch


def test_nothing_is_rebuilt_before_every_order_from_before_is_over() -> None:
    world, follow = begun("8")
    stop_and_restore(world, saved(world))
    world.copying = replace(world.copying, epoch=world.clock.now_ms() - 29_000)

    world.sweep()
    assert follow_of(world, follow).epoch == 0

    world.clock.advance(1_000)
    world.sweep()
    assert follow_of(world, follow).epoch == world.copying.epoch


def test_commands_from_before_do_nothing_after() -> None:
    world, follow = begun()
    world.leader_trades("BTC", "8", "100")
    world.sync()
    commands = world.queues.lanes.take()
    stop_and_restore(world, saved(world))
    recover(world)
    handled = len(world.receipts(follow))

    for command in commands:
        world.run_lane([command])

    assert world.orders_at_venue(follow) == 0
    assert len(world.receipts(follow)) == handled
    assert not world.failed


def test_a_worker_of_an_older_epoch_touches_nothing() -> None:
    world, follow = begun()
    stop_and_restore(world, saved(world))
    recover(world)
    newest = world.copying
    world.copying = replace(newest, epoch=newest.epoch - 1)

    world.copy("BTC", "8", "100")

    assert [type(error) for error in world.failed] == [DependencyError]
    assert world.receipts(follow) == []
    with pytest.raises(DependencyError, match="ExecutionEpoch"):
        reconcile(world.reconcile_ports, ReconcileWallet(WALLET))


def test_copying_goes_on_in_the_new_epoch_and_can_be_lost_again() -> None:
    world, follow = begun("8")
    stop_and_restore(world, saved(world))
    recover(world)
    world.copy("BTC", "2", "100")
    with lost(world):
        world.copy("BTC", "-5", "100")

    recover(world)

    ledger = world.ledger(follow)
    assert (world.held_at_venue(follow), ledger.held, ledger.target) == (5, 5, 5)


def test_an_exit_is_tried_under_another_name_than_before_the_loss() -> None:
    """The signer signs one content per name, and it has forgotten nothing."""
    world, follow = begun("8")
    with lost(world):
        world.price("BTC", "100", depth="0")
        world.copy("BTC", "-8")
        tried = {leg.intent_id for receipt in world.receipts(follow) for leg in receipt.legs}
    world.price("BTC", "100")

    recover(world)

    again = {leg.intent_id for leg in world.receipts(follow)[-1].legs}
    assert world.held_at_venue(follow) == 0
    assert again
    assert not again & tried


def test_a_command_from_before_there_were_epochs_is_of_none() -> None:
    converge = Converge(FOLLOW, WALLET, "BTC", "reconcile", NOW_MS, epoch=7)
    text = encode(converge)

    assert decode(text, (Converge,)) == converge
    older = text.replace(',"epoch":7', "")
    assert older != text
    assert decode(older, (Converge,)).epoch == 0

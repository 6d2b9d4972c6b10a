"""An exit that is open for too long is told, but not while only a dead worker knew of it."""

from __future__ import annotations

import pytest

from tests.fakes.builders import fixed, follow, ledger, limits, situation, trade
from tests.simulation.mixes import CALM
from tests.simulation.sources import Delivery
from tests.simulation.watch import CLOSED_WITHIN_MS, GIVEN_AGAIN_MS, LOOK_MS, sweep_of
from tests.simulation.world import LEADERS, World
from understudy.domain.decisions import decide
from understudy.domain.leaders import LeaderBook
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.receipting import receipt_of
from understudy.domain.trades import Trade
from understudy.messages import FollowerExecute

LEADER = LEADERS[0]
CLOSE = trade("1", "0", seq=2)
NEWER = trade("0", "1", seq=3, symbol="ETH")
TOO_LONG_MS = CLOSED_WITHIN_MS + 2 * LOOK_MS


class Scene:
    """A follow that holds BTC after its leader closed it, and traded on; nobody is at work."""

    def __init__(self) -> None:
        self._world = World("scene", CALM)
        follow_id = self._world.follow("0", "0", LEADER, limits(fixed("100")))
        self._follow = self._world.table.follows[follow_id]
        table = self._world.table
        table.ledgers[follow_id]["BTC"] = ledger("1", follow_id=follow_id)
        table.trades[HYPERLIQUID, LEADER] = {CLOSE.seq: CLOSE, NEWER.seq: NEWER}
        book = LeaderBook(HYPERLIQUID, LEADER, NEWER.seq, {"ETH": NEWER.size})
        table.books[HYPERLIQUID, LEADER] = book
        self._world.watch.start()

    def write_receipt(self, of: Trade) -> None:
        """Let a trade have come to the follow's lane."""
        asked = situation(of, follow(follow_id=self._follow.follow_id))
        receipt = receipt_of(of, self._follow, decide(asked), {})
        self._world.table.receipts[self._follow.follow_id][of.seq] = receipt

    def kill_in_its_lane(self, of: Trade) -> None:
        """Let a trade's message have been given to the lane so often that it is dead."""
        wallet_id = self._follow.wallet_id
        message = FollowerExecute(self._follow.follow_id, wallet_id, of, 0)
        self._world.queues.lanes.dead.append(Delivery(wallet_id, message))

    def kill_the_sweep(self) -> None:
        """Let the worker die that was to look after the wallet."""
        sweep = sweep_of(self._follow.wallet_id)
        self._world.watch.notice_death(self._world.queues.reconcile, [sweep])

    def told_after(self, wait_ms: int) -> list[str]:
        """Give the promises that were told broken when so much time has passed."""
        self._world.loop.run(self._world.loop.now_ms + wait_ms)
        return [each.promise for each in self._world.broken]


def test_an_exit_that_is_open_for_a_minute_is_told_once() -> None:
    scene = Scene()

    assert scene.told_after(CLOSED_WITHIN_MS - LOOK_MS) == []
    assert scene.told_after(TOO_LONG_MS) == ["a_leaders_close_is_copied_in_time"]


def test_nobody_is_late_with_a_close_that_only_a_sweep_knows_of_whose_worker_died() -> None:
    scene = Scene()
    scene.kill_the_sweep()

    assert scene.told_after(TOO_LONG_MS) == []


def test_the_time_goes_on_once_a_dead_sweep_was_given_again() -> None:
    scene = Scene()
    scene.kill_the_sweep()

    told = scene.told_after(GIVEN_AGAIN_MS + TOO_LONG_MS)

    assert told == ["a_leaders_close_is_copied_in_time"]


def test_nobody_is_late_with_a_close_that_died_in_its_lane_and_whose_sweep_died() -> None:
    scene = Scene()
    scene.write_receipt(CLOSE)
    scene.kill_in_its_lane(CLOSE)
    scene.kill_the_sweep()

    assert scene.told_after(TOO_LONG_MS) == []


@pytest.mark.parametrize("dead", [CLOSE, NEWER])
def test_a_dead_letter_alone_excuses_no_open_exit(dead: Trade) -> None:
    scene = Scene()
    scene.write_receipt(CLOSE)
    scene.kill_in_its_lane(dead)
    if dead is NEWER:
        scene.kill_the_sweep()

    assert scene.told_after(TOO_LONG_MS) == ["a_leaders_close_is_copied_in_time"]


@pytest.mark.parametrize("known", [(CLOSE,), (CLOSE, NEWER)])
def test_a_dead_sweep_excuses_no_close_that_came_to_its_lane(known: tuple[Trade, ...]) -> None:
    scene = Scene()
    for each in known:
        scene.write_receipt(each)
    scene.kill_the_sweep()

    assert scene.told_after(TOO_LONG_MS) == ["a_leaders_close_is_copied_in_time"]

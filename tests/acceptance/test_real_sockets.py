"""A venue, processes and queues that fail under the running system: the judge finds five zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance import breaking
from tests.acceptance.breaking import EXECUTE, FRAMES, ORDERS, QUESTIONS, RECONCILE
from tests.acceptance.judged_run import CLEAN, JudgedRun, judged_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.integration

TRADES = 56
FOLLOWERS = (2, 5, 10)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[JudgedRun]:
    with judged_run(tmp_path, TRADES) as begun:
        breaking.deliver_again_soon(begun)
        begun.follow(FOLLOWERS)
        yield begun


def test_whatever_breaks_every_trade_ends_as_it_must(run: JudgedRun) -> None:
    begun_ms = run.stage.now_ms()
    for queue in breaking.QUEUES:
        breaking.poison(run, queue, "somebody")
    the_venue_fails_orders(run)
    run.replay("2")
    run.await_released(3)
    breaking.kill_the_signer_while_an_order_waits_for_it(run)
    breaking.kill_while_it_waits_for_the_venue(run, EXECUTE, ORDERS)
    killed_ms = breaking.kill_the_listener(run)
    breaking.halt(run, 2)
    run.stop()
    run.bring_up()
    breaking.kill_while_it_waits_for_the_venue(run, RECONCILE, QUESTIONS)
    breaking.listen_again(run, killed_ms)
    breaking.script(run, "disconnect", FRAMES)
    breaking.budget_was_lost(run, begun_ms)

    assert run.judged().figures == CLEAN
    assert breaking.unstruck(run) == []
    assert breaking.letters(run) == dict.fromkeys(breaking.QUEUES, 1)


def the_venue_fails_orders(run: JudgedRun) -> None:
    """Let each of the first orders meet another fault."""
    for kind in ("429", "502", "timeout_after_accept"):
        breaking.script(run, kind, ORDERS, count=2)
    for delay_ms in (3_000, 12_000):
        breaking.script(run, "late_landing", ORDERS, delay_ms=delay_ms)

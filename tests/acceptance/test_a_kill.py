"""A kill while copies are made, and `understudy up` again on the same state: what is so then.

The venue's own books say it, the public API, and the judge. The tables are set back to what was
saved at the last stop, and the venue has kept its books since.
"""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cli.epoch import FILE
from cli.evidence import collect
from cli.system import UNLIMITED_WEIGHT
from tests.acceptance.kept_run import (
    LEADER,
    OF_THE_RECORDED_LEADER,
    RECORDING,
    SHARES,
    KeptRun,
    Position,
    patiently,
)
from tests.acceptance.running import Run
from tests.acceptance.venue_evidence import doubled, trades_in, unexplained
from tests.patience import eventually
from understudy.domain.rebuilt_receipts import TEXT
from understudy.domain.receipts import CopyStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

EMULATOR = "localcloud.launcher"
ORDERS = {"method": "exchange", "type": "order"}
UNHEARD, UNSENT = "SOL", "AVAX"
TRADED = {"BTC": "0.1", "ETH": "1", "SOL": "50", "AVAX": "100", "LINK": "200"}
REPLAYED = 24


def the_emulator(run: Run) -> None:
    run.strike(EMULATOR, signal.SIGKILL)
    assert run.end() == 1, run.said
    assert "error EMULATOR_DIED: " in run.said


def every_process(run: Run) -> None:
    for process_id in run.processes():
        with suppress(ProcessLookupError):  # it ended with its parent
            os.kill(process_id, signal.SIGKILL)
    assert run.end() == -signal.SIGKILL


@pytest.mark.parametrize("kill", [the_emulator, every_process])
def test_nothing_is_copied_twice_and_copying_goes_on(
    tmp_path: Path, kill: Callable[[Run], None]
) -> None:
    kept = KeptRun(tmp_path)
    saved_by_a_stop(kept)
    killed_ms = killed_while_copies_are_made(kept, kill)
    assert not (kept.state / FILE).exists()

    with kept.up() as run:
        epoch = noted_epoch(kept)
        assert killed_ms < epoch < now_ms()
        assert kept.deployed_epochs() == {str(epoch)}
        kept.trade("ETH", "-0.5")  # while nothing is ordered yet for any follow
        kept.await_watching()
        patiently(lambda: kept.epochs() == {epoch})

        assert_each_was_set_back(kept)
        assert_as_the_leader(kept, ("BTC", "ETH", UNHEARD))
        for symbol, size in TRADED.items():
            kept.copied(symbol, size)
        assert_flat_as_the_leader(kept)
        assert_nothing_doubled_and_all_explained(kept)
        assert_judged_clean(kept, tmp_path / "evidence.json")
        stopped(run)
    assert noted_epoch(kept) == epoch


def saved_by_a_stop(kept: KeptRun) -> None:
    with kept.up() as run:
        kept.begin()
        kept.await_watching()
        kept.copied("BTC", "0.2")
        kept.copied("ETH", "2.5")
        kept.leave_waiting("ETH", "-0.5")  # an exit: it waits for no fresh price
        stopped(run)


def killed_while_copies_are_made(kept: KeptRun, kill: Callable[[Run], None]) -> int:
    """Go on from there, and give when the kill came."""
    with kept.up() as run:
        kept.await_watching()
        assert_as_the_leader(kept, ("BTC", "ETH"))
        copied_without_being_saved(kept)
        under_way(kept)
        killed_ms = now_ms()
        kill(run)
        run.assert_nothing_left()
    return killed_ms


def copied_without_being_saved(kept: KeptRun) -> None:
    """Have an entry, a reduction and a whole position copied that no saved table ever had."""
    kept.copied("BTC", "0.1")
    kept.copied("ETH", "-1")
    kept.copied("LINK", "200")
    kept.copied("LINK", "-200")


def under_way(kept: KeptRun) -> None:
    """Leave copies half made.

    One entry is at the venue and nobody here heard of it, others are on their way there, and a
    reduction begins.
    """
    for number in SHARES:
        user = {**ORDERS, "user": kept.followers[number].wallet_address}
        lost, unsent = {**user, "symbol": UNHEARD}, {**user, "symbol": UNSENT}
        kept.bench.command("faults", kind="timeout_after_accept", match=lost)
        kept.bench.command("faults", kind="latency", match=unsent, delay_ms=600_000)
    kept.trade(UNHEARD, TRADED[UNHEARD])
    kept.trade(UNSENT, TRADED[UNSENT])
    kept.trade("BTC", "-0.2")
    for number in SHARES:
        kept.await_books_saved(eventually(partial(order_of, kept, number, UNHEARD)))


def order_of(kept: KeptRun, number: int, symbol: str) -> str:
    orders = kept.book_of(number)["orders"]
    return next((each["cloid"] for each in orders if each["coin"] == symbol), "")


def noted_epoch(kept: KeptRun) -> int:
    return int(json.loads((kept.state / FILE).read_text(encoding="utf-8"))["ms"])


def assert_each_was_set_back(kept: KeptRun) -> None:
    for number in SHARES:
        assert any(each["reason_text"] == TEXT for each in kept.receipts(number))


def assert_as_the_leader(kept: KeptRun, symbols: Iterable[str]) -> None:
    """See that follows hold their parts of what the leader holds, there and in our own record."""
    leader = kept.held_by_leader()
    for symbol in symbols:
        parts = {number: leader[symbol] * share for number, share in SHARES.items()}
        kept.await_held(symbol, parts)


def assert_flat_as_the_leader(kept: KeptRun) -> None:
    for symbol, held in kept.held_by_leader().items():
        kept.trade(symbol, -held)
    flat: dict[int, Position] = {number: {} for number in SHARES}
    patiently(lambda: kept.held_at_venue() == flat)
    patiently(lambda: kept.held() == flat)
    assert kept.held_by_leader() == {}


def assert_nothing_doubled_and_all_explained(kept: KeptRun) -> None:
    trades = trades_in(kept.book(LEADER))
    for number in SHARES:
        patiently(partial(all_over, kept, number))
        receipts = kept.receipts(number)
        assert doubled(kept.book_of(number), receipts) == []
        assert unexplained(trades, receipts) == []


def assert_judged_clean(kept: KeptRun, file: Path) -> None:
    """Have a recorded leader copied whose follow was there before the kill, and have it judged."""
    follower = kept.followers[OF_THE_RECORDED_LEADER]
    kept.bench.command("replay/start", speed="2", limit=REPLAYED)
    patiently(lambda: sum(map(is_over, kept.receipts(follower.number))) >= REPLAYED)
    receipts = {follower.follow_id: kept.receipts(follower.number)}
    leader = kept.bench.leader_address
    evidence = collect(kept.bench, RECORDING, leader, [follower], receipts, UNLIMITED_WEIGHT)
    file.write_text(json.dumps(evidence), encoding="utf-8")
    with Run(file.parent / "judge", "judge", file) as judge:
        assert judge.end() == 0, judge.said


def all_over(kept: KeptRun, number: int) -> bool:
    return all(map(is_over, kept.receipts(number)))


def is_over(receipt: dict[str, Any]) -> bool:
    return CopyStatus(receipt["status"]).is_terminal


def stopped(run: Run) -> None:
    run.interrupt()
    assert run.end() == 0, run.said
    run.assert_nothing_left()


def now_ms() -> int:
    return time.time_ns() // 10**6

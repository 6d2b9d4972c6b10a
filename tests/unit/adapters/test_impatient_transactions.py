"""Transactions of which one hangs: who does not wait for it, with whom, and who waits on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from tests.fakes.transacting import LONG_SECONDS, Table, begun, failures_of, puts
from understudy.adapters.aws.transactions import PATIENCE_SECONDS


def test_one_that_hangs_is_not_waited_for(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        written, [hanging, a] = begun(table, pool, puts("a"))
        table.waits.made[1].lose_patience()
        assert failures_of([a]) == [None]
        b = pool.submit(written.write, puts("b"))
        table.waits.until_one_more()
        table.waits.made[2].lose_patience()
        assert failures_of([b]) == [None]

        assert table.calls == [["first"], ["a"], ["b"]]
        assert not hanging.done()
        assert table.waits.patience == [PATIENCE_SECONDS] * 2
        table.goes_on.set()
        assert failures_of([hanging]) == [None]


def test_who_does_not_wait_any_longer_takes_all_others_along(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        _, [hanging, *others] = begun(table, pool, puts("a"), puts("b"), puts("c"))
        table.waits.made[2].lose_patience()

        assert failures_of(others) == [None] * 3
        assert table.calls == [["first"], ["b", "a", "c"]]
        assert not hanging.done()
        table.goes_on.set()


def test_the_next_wait_also_for_one_that_went_without_its_turn(table: Table) -> None:
    ends = table.held[2] = Event()

    with ThreadPoolExecutor(8) as pool:
        written, [hanging, impatient] = begun(table, pool, puts("a"))
        table.called.clear()
        table.waits.made[1].lose_patience()
        assert table.called.wait(LONG_SECONDS)
        table.goes_on.set()
        assert failures_of([hanging]) == [None]
        later = [pool.submit(written.write, puts("b"))]
        table.waits.until_one_more()
        later.append(pool.submit(written.write, puts("c")))
        table.waits.until_one_more()
        ends.set()

        assert failures_of([impatient, *later]) == [None] * 3
        assert table.calls == [["first"], ["a"], ["b", "c"]]
        assert failures_of([pool.submit(written.write, puts("d"))]) == [None]


def test_who_is_in_a_call_waits_for_it_however_long_it_takes(table: Table) -> None:
    ends = table.held[2] = Event()

    with ThreadPoolExecutor(8) as pool:
        _, running = begun(table, pool, puts("a"), puts("b"))
        table.called.clear()
        table.goes_on.set()
        assert table.called.wait(LONG_SECONDS)
        table.waits.made[2].lose_patience()
        table.waits.until_one_more()
        ends.set()

        assert failures_of(running) == [None] * 3
    assert table.calls == [["first"], ["a", "b"]]

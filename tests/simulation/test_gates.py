"""Every call of a port may fail, and as often as was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from random import Random
from typing import Any

import pytest

from tests.simulation import asking
from tests.simulation.asking import failing_api
from tests.simulation.faults import TRANSACTIONS, Fates
from tests.simulation.gates import Gate, Gated
from tests.simulation.listeners import SKEWS_MS, Listeners, MortalGate
from tests.simulation.mixes import CALM, HEAVY, STANDARD, Mix
from tests.simulation.run import TRADES, restart_in
from tests.simulation.script import RESTART_MS
from tests.simulation.steps import Steps
from tests.simulation.world import World

DRAWS = 10_000
# What is within a process, or has faults of its own: the stream falls silent, has gaps and is cut.
OF_STEPS = {"clock", "open_stream", "pause", "warn"}
# What no deed of a user comes to: doors, sign-in, extracts of the audit; and what is within.
OF_REQUESTS = {"addresses", "audit_extracts", "callers", "calls", "clock", "door_limits", "ids"}
PLAIN = (int, str, tuple)


class Even(Random):
    """Draws that are spread evenly, so that shares of them are exact."""

    drawn = 0

    def random(self) -> float:
        """Give the next draw."""
        self.drawn += 1
        return (self.drawn % DRAWS + 0.5) / DRAWS


def _fates(mix: Mix) -> Fates:
    return Fates(mix, Even())


@pytest.mark.parametrize(
    ("mix", "counts"),
    [(STANDARD, (50, 50, 80, 80, 40, 100)), (HEAVY, (250, 250, 200, 200, 100, 500))],
    ids=["standard", "heavy"],
)
def test_calls_of_the_cloud_fail_as_often_as_was_said(mix: Mix, counts: tuple[int, ...]) -> None:
    fates = _fates(mix)

    for _ in range(DRAWS):
        fates.of_cloud_call("copies.intent")

    kinds = ("crash_before", "crash_after", "timeout_landed", "timeout_late", "timeout_lost")
    assert fates.counts == dict(zip((*kinds, "throttled"), counts, strict=True))


@pytest.mark.parametrize(("mix", "each"), [(STANDARD, 50), (HEAVY, 250)], ids=["standard", "heavy"])
@pytest.mark.parametrize("name", sorted(TRANSACTIONS))
def test_a_transaction_is_as_often_in_conflict_as_throttled(name: str, mix: Mix, each: int) -> None:
    fates = _fates(mix)

    for _ in range(DRAWS):
        fates.of_cloud_call(name)

    assert (fates.counts["throttled"], fates.counts["transaction_conflict"]) == (each, each)


@pytest.mark.parametrize(
    ("mix", "counts"),
    [(STANDARD, (50, 50, 80, 80, 40, 200, 50)), (HEAVY, (250, 250, 200, 200, 100, 200, 50))],
    ids=["standard", "heavy"],
)
def test_calls_of_the_venue_fail_as_often_as_was_said(mix: Mix, counts: tuple[int, ...]) -> None:
    fates = _fates(mix)

    for _ in range(DRAWS):
        fates.of_venue_call("venue.submit")

    kinds = ("crash_before", "crash_after", "timeout_landed", "timeout_late", "timeout_lost")
    assert fates.counts == dict(zip((*kinds, "venue_429", "venue_502"), counts, strict=True))


@pytest.mark.parametrize(("mix", "twice"), [(STANDARD, 500), (HEAVY, 1_000)])
def test_deliveries_come_to_two_workers_or_three_as_often_as_was_said(mix: Mix, twice: int) -> None:
    fates = _fates(mix)

    more = [fates.of_delivery() for _ in range(DRAWS)]

    assert (more.count(1), more.count(2)) == (twice * 4 // 5, twice // 5)
    assert fates.counts["duplicate_delivery"] == twice


@pytest.mark.parametrize(("mix", "every"), [(STANDARD, 10_000), (HEAVY, 2_000)])
def test_the_venue_restarts_for_two_minutes_once_in_so_many_trades(mix: Mix, every: int) -> None:
    blocks = 3 * 10_000 // TRADES

    restarts = [restart_in(f"seed/{number}", mix) for number in range(blocks)]

    assert sum(each is not None for each in restarts) == blocks * TRADES // every
    assert all(each is None or each < TRADES for each in restarts)
    assert RESTART_MS == 120_000


def test_clocks_are_off_by_a_second_at_most_and_differ() -> None:
    assert len(set(SKEWS_MS)) == len(SKEWS_MS) > 2
    assert max(map(abs, SKEWS_MS)) <= 1_000


def test_the_signers_machine_has_another_clock_than_whoever_asks_it() -> None:
    steps = Steps(World("gates", CALM))

    for process in steps._processes:
        signers = process.signer._target._signer._clock
        assert signers.now_ms() != process.copying.clock.now_ms()


def test_no_port_of_a_step_escapes_the_gates() -> None:
    world = World("gates", CALM)
    steps = Steps(world)
    gate = MortalGate(world.loop, world.fates, world.history, world.random)
    listening = Listeners(world)._ports(gate, 0)

    for process in (*steps._processes, listening):
        assert set(_ungated(process)) <= OF_STEPS
    assert isinstance(steps._bus, Gated)
    for process in steps._processes:
        assert isinstance(process.signer._target._signer._store, Gated)


def test_no_port_of_a_request_escapes_the_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    put_together: list[Any] = []
    monkeypatch.setattr(asking, "assemble", lambda ports, *_: put_together.append(ports))

    failing_api(World("gates", CALM))

    [ports] = put_together
    copying = ports.copying()
    assert set(_ungated(ports)) - {"copying"} <= OF_REQUESTS
    assert set(_ungated(copying)) == {"ask_venue"}
    assert isinstance(copying.ask_venue.func.__self__, Gate)


def _ungated(ports: Any) -> Iterator[str]:
    """Name what is put together of ports and is no gated one."""
    return (name for name, each in _parts(ports) if not isinstance(each, (Gated, *PLAIN)))


def _parts(ports: Any) -> Iterator[tuple[str, Any]]:
    names = [each.name for each in fields(ports)] if is_dataclass(ports) else ports._fields
    for name in names:
        part = getattr(ports, name)
        if is_dataclass(part) and name not in OF_REQUESTS:
            yield from _parts(part)
        elif isinstance(part, Mapping):
            yield from ((name, each) for each in part.values())
        else:
            yield name, part

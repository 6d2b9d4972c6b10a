"""Copies that the stand-in venue refuses in its own words: what a follow and its operators see."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from custody.secp256k1 import address_of
from simulators.hyperliquid.thread import SimulatorThread
from tests.contract.venue.worlds import SimulatorWorld
from tests.fakes.builders import NOW_MS, limits, ratio
from tests.fakes.world import World
from understudy.adapters.memory.bus import InMemoryBus
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.markets import HYPERLIQUID
from understudy.domain.reasons import Reason
from understudy.domain.receipts import CopyStatus
from understudy.messages import CopyEvent
from understudy.ports.changes import RecordChange
from understudy.workflows.copy_events import publish_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from understudy.domain.receipts import Receipt

pytestmark = pytest.mark.integration

OWNER, AGENT = b"\x01" * 32, (1).to_bytes(32, "big")
NS_PER_MS = 1_000_000


class OneClock:
    """The copy path's clock as the stand-in venue reads it."""

    def __init__(self) -> None:
        self.of_copies = ManualClock(NOW_MS)

    def now_ns(self) -> int:
        return self.of_copies.now_ms() * NS_PER_MS


class Copying:
    """A follow of SOL, whose account lies at the stand-in venue."""

    def __init__(self, venue: SimulatorWorld, clock: OneClock) -> None:
        self.venue, self.address = venue, address_of(OWNER)
        self.world = World(venue.venue.markets())
        self.clock = venue.clock = clock.of_copies = self.world.clock
        venue.fund(self.address, "10000")
        venue.approve(OWNER, AGENT)
        venue.price("SOL", "100")
        whole = limits(ratio("100"), copy_budget_usdc=Decimal(5_000))
        self.follow = self.world.follow(whole, wallet_address=self.address)
        self.world.begin()
        self.world.copying = replace(self.world.copying, venues={HYPERLIQUID: venue.venue})

    def copy(self, size: str) -> Receipt:
        self.world.copy_now("SOL", size)
        assert self.world.failed == []
        return self.world.receipts(self.follow)[-1]

    def held(self) -> Decimal:
        reading = self.venue.venue.account(
            self.world.table.follows[self.follow].wallet_id, self.address, [""]
        )
        return reading.positions.get("SOL", Decimal(0))

    def told(self, event: str) -> list[str]:
        """Give what the venue answered wherever somebody should look."""
        changes = [RecordChange(*each) for each in self.world.table.drain_stream()]
        bus = InMemoryBus()
        publish_changes(bus, self.clock, changes)
        events = [each for each in bus.events if isinstance(each, CopyEvent)]
        return [each.facts["answer"] for each in events if each.event == event]


@pytest.fixture
def copying() -> Iterator[Copying]:
    clock = OneClock()
    with SimulatorThread(clock=clock) as simulator:
        yield Copying(SimulatorWorld(simulator), clock)


def test_an_account_out_of_actions_rests_and_is_copied_to_again(copying: Copying) -> None:
    copying.copy("1")
    copying.venue.command("accounts", address=copying.address, requests_used=20_000)
    assert copying.copy("1").status is CopyStatus.DONE

    refused, skipped = copying.copy("1"), copying.copy("1")
    copying.clock.advance(11_000)
    copied = copying.copy("1")

    assert refused.reason_text.startswith("Too many cumulative requests sent (20002 > ")
    assert [each.reason for each in (refused, skipped)] == [Reason.RATE_LIMITED] * 2
    assert [each.status for each in (refused, skipped)] == [CopyStatus.REJECTED, CopyStatus.SKIPPED]
    assert copied.status is CopyStatus.DONE
    assert copying.held() == 3
    assert copying.told("ACTIONS_USED_UP") == [refused.reason_text]


def test_an_exit_of_an_account_out_of_actions_is_done_in_its_turn(copying: Copying) -> None:
    copying.copy("3")
    copying.venue.command("accounts", address=copying.address, requests_used=20_000)
    copying.copy("1")

    open_exit = copying.copy("-4")
    copying.world.pass_time(13)

    assert open_exit.status is CopyStatus.CLAIMED
    assert copying.world.receipts(copying.follow)[-1].status is CopyStatus.DONE
    assert copying.held() == 0


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Price must be divisible by tick size. asset=5", 1),
        ("Trading in this asset is halted.", 1),
        ("Insufficient margin to place order. asset=5", 0),
    ],
)
def test_only_what_nobody_expects_is_told_to_operators(
    copying: Copying, text: str, times: int
) -> None:
    copying.venue.command("faults", kind="refuse_order", text=text)

    refused = copying.copy("1")

    assert (refused.status, refused.reason_text) == (CopyStatus.REJECTED, text)
    assert copying.told("REFUSED_UNEXPECTEDLY") == [text] * times

"""The two worlds in which the Venue port is tried: in memory, and the simulator over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

import urllib3

from custody.secp256k1 import SigningKey, address_of
from tests.fakes.venue import Fault, InMemoryVenue
from tests.patience import PATIENCE_MS, eventually
from understudy.adapters.clock import SystemClock
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.adapters.venues.hyperliquid.rounding import price_grid
from understudy.adapters.venues.hyperliquid.typed_data import user_signed_digest
from understudy.adapters.venues.hyperliquid.wire import approve_agent_action, exchange_body
from understudy.domain.follows import AccountMode
from understudy.domain.ids import IntentId
from understudy.domain.intents import Accepted, Signed, Unknown
from understudy.domain.markets import HYPERLIQUID, Market

if TYPE_CHECKING:
    from simulators.hyperliquid.thread import SimulatorThread
    from understudy.ports.clock import Clock
    from understudy.ports.venue import Venue

LATE_MS = 600_000
HANGING = frozenset({Fault.TIMES_OUT_AFTER_ACCEPT, Fault.LANDS_LATE})
_MODES = {AccountMode.STANDARD: "default", AccountMode.UNIFIED: "unifiedAccount"}
_FAULTS: dict[Fault, dict[str, Any]] = {
    Fault.TIMES_OUT_AFTER_ACCEPT: {"kind": "timeout_after_accept", "delay_ms": 2000},
    Fault.LANDS_LATE: {"kind": "late_landing", "delay_ms": LATE_MS},
    Fault.RATE_LIMITED: {"kind": "429"},
    Fault.SERVER_ERROR: {"kind": "502"},
}


class World(Protocol):
    """A venue and the hand of fate over it."""

    venue: Venue
    clock: Clock

    def fund(self, address: str, usdc: str, mode: AccountMode = AccountMode.STANDARD) -> None:
        """Pay into an account."""
        ...

    def approve(self, owner: bytes, agent: bytes) -> None:
        """Let an agent's key trade for the account of an owner's key."""
        ...

    def price(self, symbol: str, price: str, depth: str | None = None) -> None:
        """Move a price; `depth` is what can be had at the best price."""
        ...

    def pay_funding(self, symbol: str, rate: str) -> None:
        """Have every position of a symbol paid, now."""
        ...

    def strike(self, fault: Fault) -> None:
        """Let the next order meet a fault."""
        ...

    def wait_for_late_ones(self) -> None:
        """Let everything arrive that is on its way."""
        ...

    def go_down(self) -> None:
        """Let the venue answer nothing from now on."""
        ...


class MemoryWorld:
    """The fake."""

    def __init__(self) -> None:
        self.clock: Clock = ManualClock(1_800_000_000_000)
        self._venue = InMemoryVenue(self.clock, [_market("BTC", 0, 5), _market("SOL", 5, 2)])
        self.venue: Venue = self._venue

    def fund(self, address: str, usdc: str, mode: AccountMode = AccountMode.STANDARD) -> None:
        self._venue.fund(address, usdc, mode=mode)

    def approve(self, owner: bytes, agent: bytes) -> None:
        self._venue.approve(address_of(agent), address_of(owner))

    def price(self, symbol: str, price: str, depth: str | None = None) -> None:
        self._venue.set_price(symbol, price, depth)

    def pay_funding(self, symbol: str, rate: str) -> None:
        self._venue.pay_funding(symbol, rate)

    def strike(self, fault: Fault) -> None:
        self._venue.faults.append(fault)

    def wait_for_late_ones(self) -> None:
        self._venue.land_late()

    def go_down(self) -> None:
        self._venue.is_down = True


class PatientRest(Rest):
    """Gives up soon on an order that is known to hang, and on nothing else."""

    def __init__(self, url: str) -> None:
        super().__init__(url, connect_timeout_ms=PATIENCE_MS, read_timeout_ms=PATIENCE_MS)
        self._impatient = Rest(url, connect_timeout_ms=PATIENCE_MS, read_timeout_ms=400)
        self.next_hangs = False

    def send(self, body: str) -> tuple[int, bytes] | Unknown:
        if not self.next_hangs:
            return super().send(body)
        self.next_hangs = False
        return self._impatient.send(body)


class SimulatorWorld:
    """The client over HTTP against the stand-in venue."""

    def __init__(self, simulator: SimulatorThread) -> None:
        self.url = simulator.url
        self._simulator = simulator
        self._pool = urllib3.PoolManager(retries=False)
        self.clock: Clock = SystemClock()
        self._rest = PatientRest(simulator.url)
        self.venue: Venue = HyperliquidVenue(self._rest, Chain.TESTNET, self.clock)

    def fund(self, address: str, usdc: str, mode: AccountMode = AccountMode.STANDARD) -> None:
        self.command("accounts", address=address, usdc=usdc, mode=_MODES[mode])

    def approve(self, owner: bytes, agent: bytes) -> None:
        now_ms = self.clock.now_ms()
        action = approve_agent_action(
            agent_address=address_of(agent),
            agent_name="copies",
            valid_until_ms=None,
            nonce=now_ms,
            chain=Chain.TESTNET,
        )
        by_owner = SigningKey(owner).signature_of(user_signed_digest(action))
        body = exchange_body(action, now_ms, *by_owner, expires_after=None)
        outcome = self.venue.submit(Signed(IntentId("approval"), body), first=True)
        assert isinstance(outcome, Accepted), outcome

    def price(self, symbol: str, price: str, depth: str | None = None) -> None:
        level = {} if depth is None else {"level_size": depth}
        self.command("prices", symbol=symbol, price=price, **level)

    def pay_funding(self, symbol: str, rate: str) -> None:
        self.command("funding", symbol=symbol, rate=rate)

    def strike(self, fault: Fault) -> None:
        self._rest.next_hangs = fault in HANGING
        self.command("faults", count=1, match={"method": "exchange"}, **_FAULTS[fault])

    def wait_for_late_ones(self) -> None:
        held_back = self._simulator.simulator.late
        eventually(lambda: held_back)
        self._simulator.land_late()
        eventually(lambda: not held_back)

    def go_down(self) -> None:
        self.command("halt", seconds=60)

    def command(self, path: str, **body: Any) -> None:
        """Tell the stand-in venue what to be."""
        answer = self._pool.request("POST", f"{self.url}/_simulator/{path}", json=body)
        assert answer.status == 200, answer.data


def _market(symbol: str, asset: int, size_decimals: int) -> Market:
    return Market(
        venue=HYPERLIQUID,
        symbol=symbol,
        asset=asset,
        size_decimals=size_decimals,
        prices=price_grid(size_decimals),
        max_leverage=20,
        min_notional=Decimal(10),
    )

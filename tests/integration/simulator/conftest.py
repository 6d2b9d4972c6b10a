"""A running venue for each test, and the official SDK as its client."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from eth_account import Account
from hyperliquid.exchange import Exchange
from hyperliquid.info import Info

from simulators.hyperliquid.thread import SimulatorThread
from tests.patience import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eth_account.signers.local import LocalAccount

IOC = {"limit": {"tif": "Ioc"}}
GTC = {"limit": {"tif": "Gtc"}}


@dataclass
class Bench:
    """The venue, its control plane, and wallets that are the same in every run."""

    venue: SimulatorThread
    listeners: list[Info] = field(default_factory=list)
    wallets: int = 0

    def wallet(self) -> LocalAccount:
        self.wallets += 1
        wallet: LocalAccount = Account.from_key(self.wallets.to_bytes(32, "big"))
        return wallet

    def control(self, path: str, **body: Any) -> Any:
        answer = requests.post(
            f"{self.venue.url}/_simulator/{path}", json=body, timeout=PATIENCE_SECONDS
        )
        answer.raise_for_status()
        return answer.json()

    def look(self, path: str) -> Any:
        return requests.get(f"{self.venue.url}/_simulator/{path}", timeout=PATIENCE_SECONDS).json()

    def fund(self, wallet: LocalAccount, usdc: str = "10000", **shape: Any) -> None:
        self.control("accounts", address=wallet.address, usdc=usdc, **shape)

    def client(self, wallet: LocalAccount, **options: Any) -> Exchange:
        return Exchange(wallet, self.venue.url, **options)

    def trader(self, usdc: str = "10000", **shape: Any) -> Exchange:
        wallet = self.wallet()
        self.fund(wallet, usdc, **shape)
        return self.client(wallet)

    def listener(self) -> Info:
        info = Info(self.venue.url, skip_ws=False)
        self.listeners.append(info)
        return info

    def await_listeners(self, *keys: tuple[str, str]) -> None:
        """Wait until the venue knows of these subscriptions."""
        listeners = self.venue.simulator.hub.listeners
        eventually(lambda: all(listeners.get(key) for key in keys))

    def post(self, path: str, body: Any) -> requests.Response:
        return requests.post(f"{self.venue.url}{path}", json=body, timeout=PATIENCE_SECONDS)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with SimulatorThread(rate_limits=False) as venue:
        bench = Bench(venue)
        yield bench
        for info in bench.listeners:
            info.disconnect_websocket()


@pytest.fixture
def trader(bench: Bench) -> Exchange:
    return bench.trader()


def _only_status(answer: dict[str, Any]) -> Any:
    assert answer["status"] == "ok", answer
    statuses = answer["response"]["data"]["statuses"]
    assert len(statuses) == 1
    return statuses[0]


@pytest.fixture
def only_status() -> Callable[[dict[str, Any]], Any]:
    return _only_status

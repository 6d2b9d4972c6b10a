"""The API behind a real socket, with the stand-in venue behind it; its stores are in memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from cli.client import ApiClient, SignInPlace, pause_aloud
from simulators.hyperliquid.thread import SimulatorThread
from tests.fakes.api import ApiWorld, with_copying
from tests.fakes.builders import market
from tests.fakes.identity import CHAIN_ID, DOMAIN, ORIGIN
from tests.fakes.world import World
from tests.integration.serving import serving
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS
from understudy.adapters.clock import SystemClock
from understudy.adapters.venues.hyperliquid.approvals import HyperliquidApprovals
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.domain.door_limits import DoorLimits
from understudy.runtime.api_services import assemble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.wallet_key import WalletKey

PREFIX = "/stage"


class Gateway(BaseHTTPRequestHandler):
    """Turns HTTP into the events of an HTTP API, below a prefix as a stage has one."""

    def __init__(self, api: ApiWorld, *details: Any) -> None:
        self.api = api
        super().__init__(*details)

    def answer(self) -> None:
        url = urlsplit(self.path.removeprefix(PREFIX))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        event = {
            "version": "2.0",
            "rawPath": url.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "queryStringParameters": dict(parse_qsl(url.query)),
            "requestContext": {
                "http": {
                    "method": self.command,
                    "path": url.path,
                    "sourceIp": self.client_address[0],
                },
                "stage": "$default",
            },
            "body": body or None,
            "isBase64Encoded": False,
        }
        given = self.api.resolve(event)
        raw = given["body"].encode()
        self.send_response(given["statusCode"])
        self.send_header("Content-Length", str(len(raw)))
        for name, value in given["headers"].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815  # the base's names

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@dataclass
class Bench:
    """An API, its address, and the venue behind it."""

    api: ApiWorld
    url: str
    venue: SimulatorThread

    def client(self, pause: Callable[[int], None] = pause_aloud) -> ApiClient:
        return ApiClient(self.url, SignInPlace(DOMAIN, ORIGIN, CHAIN_ID), pause=pause)

    def set_limits(self, limits: DoorLimits) -> None:
        self.api.services.door.limits = limits

    def fund(self, key: WalletKey) -> None:
        account = {"address": key.address, "usdc": "1000"}
        answer = requests.post(
            f"{self.venue.url}/_simulator/accounts", json=account, timeout=PATIENCE_SECONDS
        )
        answer.raise_for_status()


@pytest.fixture
def bench() -> Iterator[Bench]:
    with SimulatorThread(rate_limits=False) as venue:
        api = on_venue(venue)
        with serving(partial(Gateway, api)) as address:
            yield Bench(api, f"{address}{PREFIX}", venue)


def on_venue(venue: SimulatorThread) -> ApiWorld:
    world = World((market("BTC"), market("ETH", asset=1)))
    rest = Rest(venue.url, connect_timeout_ms=PATIENCE_MS, read_timeout_ms=PATIENCE_MS)
    api, clock = ApiWorld(world), SystemClock()
    api.world.clock.move_to(clock.now_ms())
    ports = with_copying(
        api.ports(),
        venue=HyperliquidVenue(rest, Chain.TESTNET, clock),
        approvals=HyperliquidApprovals(rest, Chain.TESTNET),
    )
    api.services = assemble(ports, api.referral_code, api.dependencies)
    return api

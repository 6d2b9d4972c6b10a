"""The WebSocket, through the official SDK where it can and raw frames where it cannot."""

from __future__ import annotations

import queue
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from tests.integration.simulator.raw_socket import Raw
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
GTC = {"limit": {"tif": "Gtc"}}
BUY = True


class Heard:
    """Frames as the SDK hands them over."""

    def __init__(self, info: Any, subscription: dict[str, Any]) -> None:
        self._frames: queue.Queue[Any] = queue.Queue()
        info.subscribe(subscription, self._frames.put)

    def next(self) -> Any:
        return self._frames.get(timeout=PATIENCE_SECONDS)


@pytest.fixture
def raw(bench: Any) -> Iterator[Raw]:
    socket = Raw(bench.venue.url)
    yield socket
    socket.close()


def test_followers_trades_are_public_with_both_users(bench: Any, trader: Any) -> None:
    heard = Heard(bench.listener(), {"type": "trades", "coin": "ETH"})
    bench.await_listeners(("trades", "ETH"))
    trader.order("ETH", BUY, 0.1, 1950, IOC)

    (trade,) = heard.next()["data"]

    assert (trade["side"], trade["px"], trade["sz"]) == ("B", "1904.0", "0.1")
    assert trade["users"][0] == trader.wallet.address.lower()


def test_the_first_trades_frame_is_history(bench: Any, trader: Any) -> None:
    trader.order("ETH", BUY, 0.1, 1950, IOC)

    heard = Heard(bench.listener(), {"type": "trades", "coin": "ETH"})

    assert heard.next()["data"][0]["sz"] == "0.1"


def test_fills_begin_with_a_snapshot(bench: Any, trader: Any) -> None:
    trader.order("ETH", BUY, 0.1, 1950, IOC)
    heard = Heard(bench.listener(), {"type": "userFills", "user": trader.wallet.address})
    snapshot = heard.next()["data"]
    trader.order("ETH", BUY, 0.2, 1950, IOC)
    update = heard.next()["data"]

    assert snapshot["isSnapshot"] is True
    assert [fill["sz"] for fill in snapshot["fills"]] == ["0.1"]
    assert "isSnapshot" not in update
    assert [fill["sz"] for fill in update["fills"]] == ["0.2"]


def test_orders_and_events_of_a_user_are_told(bench: Any, trader: Any) -> None:
    orders = Heard(bench.listener(), {"type": "orderUpdates", "user": trader.wallet.address})
    events = Heard(bench.listener(), {"type": "userEvents", "user": trader.wallet.address})
    user = trader.wallet.address.lower()
    bench.await_listeners(("orderUpdates", user), ("userEvents", user))
    trader.order("ETH", BUY, 0.1, 1950, IOC)

    assert orders.next()["data"][0]["status"] == "filled"
    assert events.next()["data"]["fills"][0]["sz"] == "0.1"


@pytest.mark.parametrize(
    ("subscription", "path"),
    [
        ({"type": "allMids"}, ("mids", "ETH")),
        ({"type": "l2Book", "coin": "ETH"}, ("levels", 0, 0, "px")),
        ({"type": "bbo", "coin": "ETH"}, ("bbo", 0, "px")),
        ({"type": "activeAssetCtx", "coin": "ETH"}, ("ctx", "midPx")),
    ],
    ids=lambda value: value.get("type") if isinstance(value, dict) else None,
)
def test_prices_are_told_at_once_and_when_they_move(
    bench: Any, subscription: dict[str, Any], path: tuple[Any, ...]
) -> None:
    heard = Heard(bench.listener(), subscription)

    def shown() -> str:
        content = heard.next()["data"]
        for key in path:
            content = content[key]
        return str(content)

    before = shown()
    bench.control("prices", symbol="ETH", price="2000")

    assert before in ("1903.9", "1903.8")
    assert shown() in ("2000.0", "1999.9")


def test_acknowledgement_ping_and_errors(raw: Raw) -> None:
    wanted = {"type": "userEvents", "user": "0x" + "1" * 40}
    frame = {"method": "subscribe", "subscription": wanted}

    assert raw.ask(**frame) == {"channel": "subscriptionResponse", "data": frame}
    assert raw.ask(**frame)["data"].startswith("Already subscribed: ")
    assert raw.ask(method="ping") == {"channel": "pong"}
    assert raw.say("nonsense")["channel"] == "error"
    refused = raw.ask(method="subscribe", subscription={"type": "nonsense"})
    assert refused["data"].startswith("Invalid subscription ")


@pytest.mark.parametrize(
    "subscription",
    [
        {"type": "trades", "coin": "NOPE"},
        {"type": "l2Book", "coin": "ETH", "nSigFigs": 9},
        {"type": "allMids", "dex": "nope"},
    ],
    ids=["unknown coin", "bad figures", "unknown dex"],
)
def test_an_unknown_market_ends_the_socket_without_a_word(
    raw: Raw, subscription: dict[str, Any]
) -> None:
    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        raw.ask(method="subscribe", subscription=subscription)


def test_questions_and_actions_can_be_posted(raw: Raw) -> None:
    question = {"type": "info", "payload": {"type": "allMids"}}
    told = raw.ask(method="post", id=7, request=question)["data"]
    assert told["id"] == 7
    assert told["response"]["payload"]["data"]["ETH"] == "1903.9"

    unsigned = {"type": "action", "payload": {"action": {"type": "noop"}, "nonce": 1}}
    refused = raw.ask(method="post", id=8, request=unsigned)["data"]["response"]
    assert refused["type"] == "error"


def test_a_socket_falls_silent_when_told(bench: Any, trader: Any, raw: Raw) -> None:
    raw.ask(method="subscribe", subscription={"type": "trades", "coin": "ETH"})
    bench.control("faults", kind="silent_socket", match={"symbol": "ETH"})
    trader.order("ETH", BUY, 0.1, 1950, IOC)
    raw._socket.settimeout(0.2)

    with pytest.raises(websocket.WebSocketTimeoutException):
        raw.ask(method="ping")


def test_a_socket_is_cut_when_told(bench: Any, trader: Any, raw: Raw) -> None:
    raw.ask(method="subscribe", subscription={"type": "trades", "coin": "ETH"})
    bench.control("faults", kind="disconnect", match={"type": "trades"})
    trader.order("ETH", BUY, 0.1, 1950, IOC)

    with pytest.raises((websocket.WebSocketConnectionClosedException, ConnectionError)):
        raw.hear()

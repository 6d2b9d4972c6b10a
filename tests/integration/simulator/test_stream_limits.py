"""What one address may ask of the stream: sockets, subscriptions, users, messages and posts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from simulators.hyperliquid.clock import ManualClock
from simulators.hyperliquid.engine.venue import Venue
from simulators.hyperliquid.thread import SimulatorThread
from tests.integration.simulator.raw_socket import Raw
from tests.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.integration

MINUTE_MS = 60_000
LONG_MS = 10 * MINUTE_MS
PING = '{"method":"ping"}'
QUESTION = {"type": "info", "payload": {"type": "exchangeStatus"}}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_790_000_000_000)


@pytest.fixture
def strict(clock: ManualClock) -> Iterator[SimulatorThread]:
    """Give a venue with every window on, whose minutes pass when told."""
    with SimulatorThread(clock=clock) as venue:
        yield venue


@pytest.fixture
def client(strict: SimulatorThread) -> Iterator[Raw]:
    socket = Raw(strict.url)
    yield socket
    socket.close()


def coins_of(venue: Venue, count: int) -> list[str]:
    """Have the venue list so many markets."""
    for number in range(count):
        venue.universe.register(f"C{number}", 0, 10, Decimal(1))
    return [f"C{number}" for number in range(count)]


def test_a_thirty_first_new_socket_within_a_minute_is_refused(
    strict: SimulatorThread, clock: ManualClock
) -> None:
    for _ in range(30):
        socket = Raw(strict.url)
        assert socket.say(PING)["channel"] == "pong"
        socket.close()
    refused = Raw(strict.url)
    assert refused.hear()["data"] == "Cannot open more than 30 connections per minute."
    refused.close()

    clock.advance(MINUTE_MS)
    later = Raw(strict.url)
    assert later.say(PING)["channel"] == "pong"
    later.close()


def test_a_subscription_after_a_thousand_is_refused_until_one_is_given_back(
    strict: SimulatorThread, client: Raw
) -> None:
    other = Raw(strict.url)
    coins = coins_of(strict.engine, 500)
    for coin in coins:
        for socket, kind in ((client, "trades"), (other, "trades")):
            answer = socket.ask(method="subscribe", subscription={"type": kind, "coin": coin})
            assert answer["channel"] == "subscriptionResponse"
    one_more = {"method": "subscribe", "subscription": {"type": "trades", "coin": "ETH"}}

    assert client.ask(**one_more)["data"] == "Cannot subscribe to more than 1000 channels."
    client.ask(method="unsubscribe", subscription={"type": "trades", "coin": coins[0]})
    assert client.ask(**one_more)["channel"] == "subscriptionResponse"
    other.close()


def test_a_message_after_two_thousand_within_a_minute_is_refused(
    client: Raw, clock: ManualClock
) -> None:
    for _ in range(2_000):
        assert client.say(PING)["channel"] == "pong"

    assert client.say(PING)["data"] == "Cannot send more than 2000 messages per minute."
    clock.advance(MINUTE_MS)
    assert client.say(PING)["channel"] == "pong"


def hold_posts(venue: SimulatorThread, count: int, milliseconds: int) -> None:
    match = {"method": "ws", "type": "post"}
    fault: Any = {"kind": "latency", "count": count, "delay_ms": milliseconds, "match": match}
    answer = requests.post(f"{venue.url}/_simulator/faults", json=fault, timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200, answer.text


def post(number: int) -> str:
    return json.dumps({"method": "post", "id": number, "request": QUESTION})


def test_a_post_beside_a_hundred_in_flight_is_refused(strict: SimulatorThread, client: Raw) -> None:
    hold_posts(strict, 100, LONG_MS)
    other = Raw(strict.url)
    for number in range(100):
        (other if number % 2 else client).send(post(number))
    assert other.say(PING)["channel"] == "pong"  # all of its own have arrived

    assert client.say(post(100))["data"] == "Cannot have more than 100 posts in flight."
    other.close()


def test_a_post_is_in_flight_until_it_is_answered(strict: SimulatorThread, client: Raw) -> None:
    hold_posts(strict, 99, LONG_MS)
    hold_posts(strict, 1, 10)
    for number in range(100):
        client.send(post(number))
    assert client.hear()["data"]["id"] == 99

    assert client.say(post(100))["data"]["id"] == 100


def test_an_eleventh_socket_and_an_eleventh_user_are_refused(bench: Any) -> None:
    bench.control("rules", rate_limits=True)
    sockets = [Raw(bench.venue.url) for _ in range(11)]
    try:
        assert sockets[10].hear()["data"] == "Cannot open more than 10 connections."
        users = [f"0x{number:040x}" for number in range(11)]
        answers = [
            sockets[0].ask(method="subscribe", subscription={"type": "userEvents", "user": user})
            for user in users
        ]
        assert answers[9]["channel"] == "subscriptionResponse"
        assert answers[10]["data"] == "Cannot track more than 10 total users."
    finally:
        for socket in sockets:
            socket.close()

"""Scripted faults and rate windows, as a client feels them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from hyperliquid.utils.error import ClientError, ServerError

from cli.places import SAMPLE
from tests.patience import PATIENCE_SECONDS, eventually

pytestmark = pytest.mark.integration

IOC = {"limit": {"tif": "Ioc"}}
BUY = True
LONG_MS = 600_000
Status = Callable[[dict[str, Any]], Any]


def buy(trader: Any) -> Any:
    return trader.order("ETH", BUY, 0.1, 1950, IOC)


def books(bench: Any, trader: Any) -> Any:
    address = trader.wallet.address.lower()
    return bench.look(f"books?user={address}")["accounts"][address]


def test_429_has_the_body_null_and_passes_next_time(bench: Any, trader: Any) -> None:
    bench.control("faults", kind="429", match={"method": "exchange", "type": "order"})

    with pytest.raises(ClientError) as refused:
        buy(trader)

    assert (refused.value.status_code, refused.value.error_message) == (429, "null")
    assert buy(trader)["status"] == "ok"


@pytest.mark.parametrize("kind", ["502", "503", "504"])
def test_a_gateways_answer_is_a_server_error(bench: Any, trader: Any, kind: str) -> None:
    bench.control("faults", kind=kind, count=2)

    with pytest.raises(ServerError) as refused:
        buy(trader)
    with pytest.raises(ServerError):
        trader.info.all_mids()

    assert refused.value.status_code == int(kind)
    assert books(bench, trader)["orders"] == []
    assert buy(trader)["status"] == "ok"


@pytest.mark.parametrize(
    ("kind", "position"), [("reset", {}), ("reset_after_accept", {"ETH": "0.1"})]
)
def test_a_connection_can_be_reset_before_an_order_is_taken_and_after(
    bench: Any, trader: Any, kind: str, position: dict[str, str]
) -> None:
    bench.control("faults", kind=kind, count=2)

    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        buy(trader)
    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        trader.info.all_mids()

    assert books(bench, trader)["positions"] == position
    assert buy(trader)["status"] == "ok"


def test_a_halt_is_502_for_everything(bench: Any, trader: Any) -> None:
    bench.control("halt", seconds=60)

    with pytest.raises(ServerError):
        trader.info.all_mids()
    with pytest.raises(ServerError):
        buy(trader)


def test_an_order_that_timed_out_was_accepted_all_the_same(bench: Any, trader: Any) -> None:
    bench.control("faults", kind="timeout_after_accept", match={"symbol": "ETH"})
    trader.timeout = 0.2

    with pytest.raises(requests.Timeout):
        buy(trader)

    eventually(lambda: books(bench, trader)["positions"] == {"ETH": "0.1"})


def test_an_order_can_land_after_its_client_gave_up(bench: Any, trader: Any) -> None:
    bench.control("faults", kind="late_landing", delay_ms=LONG_MS)
    trader.timeout = 0.1

    with pytest.raises(requests.Timeout):
        buy(trader)

    assert books(bench, trader)["positions"] == {}
    bench.venue.land_late()
    eventually(lambda: books(bench, trader)["positions"] == {"ETH": "0.1"})


def test_latency_delays_the_answer(bench: Any, trader: Any) -> None:
    bench.control("faults", kind="latency", delay_ms=200)
    began = time.monotonic()

    assert buy(trader)["status"] == "ok"
    assert time.monotonic() - began >= 0.2


def test_a_fault_for_somebody_else_strikes_nobody(bench: Any, trader: Any) -> None:
    bench.control("faults", kind="429", match={"user": "0x" + "9" * 40})

    assert buy(trader)["status"] == "ok"


@pytest.mark.parametrize(
    ("kind", "position", "orders"),
    [
        ("lose_order", {}, 0),
        ("double_order", {"ETH": "0.2"}, 2),
        ("resize_order", {"ETH": "0.05"}, 1),
    ],
)
def test_the_books_can_lie(
    bench: Any, trader: Any, only_status: Status, kind: str, position: Any, orders: int
) -> None:
    bench.control("faults", kind=kind)

    answer = buy(trader)

    assert only_status(answer)["filled"]["totalSz"] == "0.1"
    assert books(bench, trader)["positions"] == position
    assert len(books(bench, trader)["orders"]) == orders


def test_faults_are_listed_and_cleared(bench: Any, trader: Any) -> None:
    bench.control("faults", kind="429", count=5)
    assert [fault["kind"] for fault in bench.look("faults")] == ["429"]

    requests.delete(f"{bench.venue.url}/_simulator/faults", timeout=PATIENCE_SECONDS)

    assert buy(trader)["status"] == "ok"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "nonsense"},
        {"kind": "429", "count": -1},
        {"kind": "429", "probability": 0.5},
        {"kind": "429", "probability": "2"},
        {"kind": "429", "match": {"colour": "red"}},
        {"kind": "429", "surprise": 1},
    ],
)
def test_a_fault_outside_the_schema_is_refused_with_the_reason(bench: Any, fault: Any) -> None:
    answer = bench.post("/_simulator/faults", fault)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_the_minute_holds_1200_weight_for_one_client(bench: Any) -> None:
    bench.control("rules", rate_limits=True)
    role = {"type": "userRole", "user": "0x" + "1" * 40}

    codes = [bench.post("/info", role).status_code for _ in range(21)]

    assert codes == [200] * 20 + [429]
    assert bench.post("/info", {"type": "allMids"}).text == "null"


def test_an_unknown_question_is_422_in_plain_text(bench: Any) -> None:
    answer = bench.post("/info", {"type": "nonsense"})

    assert answer.status_code == 422
    assert answer.text == "Failed to deserialize the JSON body into the target type"
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"action": 1}', b'{"type": {}}'])
def test_a_body_that_cannot_be_read_is_422(bench: Any, body: bytes) -> None:
    for path in ("/info", "/exchange"):
        assert (
            requests.post(bench.venue.url + path, data=body, timeout=PATIENCE_SECONDS).status_code
            == 422
        )


def asked(bench: Any, what: str) -> int:
    return sum(bench.look("books")["requests"][what].values())


def test_the_books_count_what_was_asked_and_what_was_refused(bench: Any, trader: Any) -> None:
    before = asked(bench, "weight_by_minute")
    trader.info.all_mids()
    bench.control("faults", kind="429", match={"method": "info"})

    with pytest.raises(ClientError):
        trader.info.all_mids()

    assert bench.look("books")["requests"]["limits"] == "off"
    assert asked(bench, "weight_by_minute") - before == 4
    assert asked(bench, "refused_by_minute") == 1


def may_ask(trader: Any) -> bool:
    try:
        trader.info.meta_and_asset_ctxs()
    except ClientError:
        return False
    return True


def test_the_books_count_what_a_window_refused(bench: Any, trader: Any) -> None:
    bench.control("rules", rate_limits=True)

    assert not all(may_ask(trader) for _ in range(61))
    assert bench.look("books")["requests"]["limits"] == "on"
    assert asked(bench, "refused_by_minute") == 1


def test_windows_keep_pace_with_a_faster_replay(bench: Any, trader: Any) -> None:
    bench.control("rules", rate_limits=True)
    bench.control("replay/start", recording=str(SAMPLE), speed="2", limit=1)

    answered = [may_ask(trader) for _ in range(121)]

    assert all(answered[:61])
    assert not all(answered)

"""Funding as the official SDK reads it, and the test bench that pays it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from hyperliquid.exchange import Exchange

    from tests.integration.simulator.conftest import Bench


@pytest.mark.parametrize(
    "body",
    [
        {"symbol": "NOPE", "rate": "0.01"},
        {"symbol": "ETH"},
        {"symbol": "ETH", "rate": "1"},
        {"symbol": "ETH", "rate": "0.01", "when": "now"},
    ],
)
def test_funding_that_cannot_be_paid_is_refused(bench: Bench, body: Any) -> None:
    answer = requests.post(f"{bench.venue.url}/_simulator/funding", json=body, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_question_without_a_start_is_malformed(bench: Bench, trader: Exchange) -> None:
    answer = bench.post("/info", {"type": "userFunding", "user": trader.wallet.address})

    assert answer.status_code == 422


def test_the_sdk_reads_what_was_paid(bench: Bench, trader: Exchange) -> None:
    bench.control("prices", symbol="ETH", price="2000")
    trader.market_open("ETH", is_buy=True, sz=1)

    assert bench.control("funding", symbol="ETH", rate="0.0001")["payments"] == 1

    (row,) = trader.info.user_funding_history(trader.wallet.address, 0)
    assert row["delta"] == {
        "type": "funding",
        "coin": "ETH",
        "usdc": "-0.2",
        "szi": "1.0",
        "fundingRate": "0.0001",
        "nSamples": None,
    }
    after = row["time"] + 1
    assert trader.info.user_funding_history(trader.wallet.address, after) == []
    assert trader.info.user_funding_history(trader.wallet.address, 0, row["time"] - 1) == []

"""An account's money and positions, by its mode."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.venues.hyperliquid.recordings import recorded
from understudy.adapters.venues.hyperliquid.accounts import parse_holdings, parse_mode
from understudy.domain.follows import AccountMode

SPOT: Any = {
    "balances": [
        {"coin": "USDC", "token": 0, "total": "1000.5", "hold": "200.25", "entryNtl": "0.0"},
        {"coin": "HYPE", "token": 150, "total": "7", "hold": "0", "entryNtl": "300"},
    ]
}


def _state(value: str, time_ms: int) -> Any:
    summary = {"accountValue": value, "totalMarginUsed": "10"}
    return {"marginSummary": summary, "assetPositions": [], "time": time_ms}


def test_a_mode_that_nobody_told_us_of_is_not_supported() -> None:
    assert parse_mode("somethingNew") is AccountMode.UNSUPPORTED
    assert parse_mode("portfolioMargin") is AccountMode.UNSUPPORTED


def test_a_standard_account_has_a_purse_for_each_dex() -> None:
    holdings = parse_holdings(
        AccountMode.STANDARD, {"": _state("50", 9), "xyz": _state("7.5", 8)}, None
    )

    assert holdings.equity == {"": Decimal(50), "xyz": Decimal("7.5")}
    assert holdings.total_equity == Decimal("57.5")
    assert holdings.time_ms == 8


def test_a_unified_account_has_one_purse_that_is_counted_once() -> None:
    states = {"": _state("0", 9), "xyz": _state("0", 9)}
    holdings = parse_holdings(AccountMode.UNIFIED, states, SPOT)

    assert holdings.equity == {"": Decimal("800.25"), "xyz": Decimal("800.25")}
    assert holdings.total_equity == Decimal("800.25")
    assert set(holdings.margin_used.values()) == {Decimal(0)}


def test_a_unified_account_without_usdc_has_nothing() -> None:
    holdings = parse_holdings(AccountMode.UNIFIED, {"": _state("9", 1)}, {"balances": []})

    assert holdings.total_equity == 0


def test_a_position_that_holds_its_margin_apart_is_named() -> None:
    state = _state("50", 9)
    state["assetPositions"] = [
        {"position": {"coin": coin, "szi": "1", "leverage": {"type": kind, "value": 5}}}
        for coin, kind in (("BTC", "cross"), ("ETH", "isolated"))
    ]

    holdings = parse_holdings(AccountMode.STANDARD, {"": state}, None)

    assert holdings.isolated == ("ETH",)
    assert holdings.leverages == {"BTC": 5, "ETH": 5}


def test_positions_are_signed_and_have_their_leverage() -> None:
    holdings = parse_holdings(
        AccountMode.STANDARD, {"": recorded("clearinghouse_state.json")}, None
    )

    assert holdings.positions["BTC"] == Decimal("-56.27938")
    assert holdings.leverages["BTC"] == 30
    assert holdings.margin_used[""] == Decimal("129658.773523")


@pytest.mark.parametrize("name", ["clearinghouse_whale.json", "clearinghouse_small.json"])
def test_recorded_accounts_are_read(name: str) -> None:
    state = recorded(name)
    holdings = parse_holdings(AccountMode.STANDARD, {"": state}, None)

    assert len(holdings.positions) == len(state["assetPositions"])

"""The tables at the end of a run: the leader above the follows, every figure under a heading."""

from __future__ import annotations

import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from cli.outcome import FIVE
from cli.tables import NO_ORDER, show_run

FOLLOWER: Any = SimpleNamespace(number=1, limit_set=SimpleNamespace(title="perfect"))
EVIDENCE: dict[str, Any] = {
    "leader": "0x1",
    "books": {
        "0x1": {"value_usd": "1000.5", "deposited_usd": "1020", "positions": {"BTC": "0.2"}},
        "0x2": {"orders": [{"received_ms": "5"}]},
    },
    "follows": [
        {
            "wallet_address": "0x2",
            "receipts": [{"status": "DONE"}, {"status": "SKIPPED", "reason": "STALE"}],
            "money": {"copy_budget_usdc": "100", "used": "2", "pnl": "-1", "unrealized": "0.25"},
            "portfolio": {"BTC": "0.1"},
        }
    ],
}
FIGURES = {
    "latency_ms": {},
    "copies": {"done": 1, "skipped": {"STALE": 1}},
    "trades": 2,
    "follows": 1,
    "orders_per_second": 1.5,
    "calls_per_copy": {"lambda": 0.5},
    "cpu_ms_per_copy": {"SignerFunction": 2.25, "AgentUpkeepFunction": 0.5},
    "cpu_of_starts_s": 0.33,
    "emulator_cpu_ms_per_copy": 9.75,
    "share_with_orders": 0.5,
    "request_limits": "off",
    "peak_pss_mb": 1,
    "wall_s": 3.0,
    **dict.fromkeys(FIVE, 0),
}


def lines_of_a_run(least_share: str = "0", evidence: dict[str, Any] = EVIDENCE) -> list[list[str]]:
    said = io.StringIO()
    console = Console(file=said, width=60)
    show_run(console, [FOLLOWER], evidence, FIGURES, [], Decimal(least_share))
    return [line.split() for line in said.getvalue().splitlines()]


def test_the_leaders_own_profit_stands_above_the_follows() -> None:
    lines = lines_of_a_run()

    leader = lines.index(["the", "leader", "-19.50"])
    assert lines[leader - 1][-1] == "PnL"
    assert lines[leader + 1] == [
        "#1",
        "perfect",
        "1",
        "0",
        "0",
        "STALE",
        "1",
        "100.00",
        "2.00",
        "-0.75",
    ]


def test_no_column_is_without_a_heading() -> None:
    lines = lines_of_a_run()

    assert ["figure", "value"] in lines
    assert ["figure", "count", "verdict"] in lines
    assert ["calls", "per", "copy", "done:", "lambda", "0.50"] in lines


def test_the_tables_say_whose_processor_time_they_show() -> None:
    lines = [" ".join(line) for line in lines_of_a_run()]

    assert "CPU of functions but the API per copy done in ms 2.75" in lines
    assert "CPU of functions that started meanwhile in s 0.33" in lines
    assert "CPU of the emulator per copy done in ms 9.75" in lines


def test_the_tables_say_whether_the_venue_limited_requests() -> None:
    assert ["the", "venue's", "request", "limits", "off"] in lines_of_a_run()


@pytest.mark.parametrize(
    ("least_share", "verdict"), [("0", "any"), ("0.50", "ok"), ("0.60", "WRONG")]
)
def test_the_share_of_orders_is_shown_and_judged_where_it_is_demanded(
    least_share: str, verdict: str
) -> None:
    row = ["share", "of", "pairs", "with", "orders", "0.500", verdict]

    assert row in lines_of_a_run(least_share)


def test_a_run_without_orders_says_so_in_a_line() -> None:
    without = {**EVIDENCE, "books": {**EVIDENCE["books"], "0x2": {"orders": []}}}

    assert NO_ORDER.split() in lines_of_a_run(evidence=without)
    assert NO_ORDER.split() not in lines_of_a_run()

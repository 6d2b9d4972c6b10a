"""Production workflows with one rule broken stand before the judge, and each is found."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.judge.courtroom import CLEAN, figures_of, only, settle_positions, verdict_of
from tests.unit.judge.production import ProductionRun
from understudy.domain import sizing
from understudy.domain.limits import CopyMode, Limits, Sizing, SizingKind
from understudy.domain.situation import Situation
from understudy.domain.trades import Side

DECIMALS = {"BTC": 3}
SLOWER = [CopyMode.THROTTLED, CopyMode.SAFE_POLL]
NETTED = [("1", 0), ("2", 1_000), ("-1", 1_000), ("3", 70_000), ("-2", 3_000)]
ADDING = [("1", 0), ("1", 70_000), ("1", 70_000), ("1", 70_000)]
TOO_FAST = 60
HURRIED = [("0.05", 500)] * (TOO_FAST + 4)


def _limits(**changes: Any) -> Limits:
    return Limits(
        copy_budget_usdc=Decimal(50_000),
        sizing=Sizing(SizingKind.RATIO, percent=Decimal(10)),
        max_symbol_allocation_pct=Decimal(100),
        entries_per_minute=300,
        **changes,
    )


def _run(moves: list[tuple[str, int]], **changes: Any) -> dict[str, Any]:
    run = ProductionRun({"one": _limits(**changes)}, DECIMALS, "100000000")
    for size, gap_ms in moves:
        run.trade("BTC", [(size, "3000")], gap_ms)
    return run.evidence()


def _widen_price_caps(monkeypatch: pytest.MonkeyPatch, from_seq: int = 1) -> None:
    """Let orders move the price five times as far as their follow allows."""

    def wide(case: Situation, side: Side) -> Decimal:
        bps = case.follow.limits.slippage_bps * (5 if case.trade.seq >= from_seq else 1)
        return case.market.limit_price(case.trade.price, side, bps)

    monkeypatch.setattr(Situation, "entry_cap", wide)


@pytest.mark.parametrize("mode", SLOWER)
def test_a_price_cap_five_times_too_wide_is_found_in_a_slower_mode(
    mode: CopyMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = figures_of(_run(NETTED, mode=mode))
    _widen_price_caps(monkeypatch)

    assert honest == CLEAN
    assert figures_of(_run(NETTED, mode=mode))["mismatched_positions"] >= 1


def test_a_price_cap_five_times_too_wide_is_found_behind_a_leader_who_is_too_fast(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = figures_of(_run(HURRIED))
    _widen_price_caps(monkeypatch, from_seq=TOO_FAST)

    assert honest == CLEAN
    assert figures_of(_run(HURRIED))["mismatched_positions"] >= 1


@pytest.mark.parametrize("mode", SLOWER)
def test_an_order_of_a_window_on_the_wrong_side_is_found(mode: CopyMode) -> None:
    evidence = _run(NETTED[:2], mode=mode)
    (follow,) = evidence["follows"]
    (leg,) = next(receipt["legs"] for receipt in follow["receipts"] if receipt["legs"])
    book = evidence["books"][follow["wallet_address"]]
    leg["side"] = "sell"
    for entry in (*book["orders"], *book["fills"]):
        entry["side"] = "A"
    settle_positions(evidence, "one")
    follow["portfolio"] = book["positions"]

    texts = [finding.text for finding in verdict_of(evidence).findings]
    assert any("goes the wrong way" in text for text in texts)


def test_a_product_that_never_uses_the_leaders_leverage_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = figures_of(_run(ADDING))
    monkeypatch.setattr(sizing, "leverage_for", lambda _: 1)
    evidence = _run(ADDING)
    silent = [[0, evidence["taken_ms"]]]

    assert honest == CLEAN
    assert figures_of(evidence)["mismatched_positions"] >= 1
    assert figures_of({**evidence, "outages_ms": silent}) == CLEAN


def test_a_product_that_forgets_a_leverage_it_used_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    true = sizing.leverage_for

    def forgetful(case: Situation) -> int:
        return true(case) if case.trade.seq < len(ADDING) else 1

    monkeypatch.setattr(sizing, "leverage_for", forgetful)
    findings = verdict_of(_run(ADDING)).findings

    assert [finding.text for finding in findings] == ["leverage 1 cannot be: it is 10 here"]


def test_a_product_that_finds_every_trade_too_old_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Situation, "age_ms", property(lambda _: 3_600_000))

    evidence = _run([("1", 0), ("1", 2_000), ("-2", 70_000)])

    (follow,) = evidence["follows"]
    reasons = [receipt["reason"] for receipt in follow["receipts"]]
    assert sorted(reasons) == ["NOTHING_TO_CLOSE", "STALE", "STALE"]
    assert figures_of(evidence) == only(unjustified_skips=2)

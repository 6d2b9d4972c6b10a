"""A skip shows the rule that bound and the numbers it compared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import (
    FOLLOW,
    NOW_MS,
    account,
    fixed,
    follow,
    ledger,
    limits,
    number,
    situation,
    trade,
)
from understudy.domain.decisions import decide
from understudy.domain.follows import Budget, FollowStatus, PauseReason, Switches
from understudy.domain.limits import CopySides
from understudy.domain.reasons import Reason
from understudy.domain.receipting import receipt_of
from understudy.domain.receipts import Receipt
from understudy.domain.trades import Side

OTHERS = {name: replace(ledger("1"), symbol=name) for name in ("ETH", "SOL", "DOGE")}
STOPPED = follow(
    status=FollowStatus.PAUSED,
    pause_reason=PauseReason.DRAWDOWN_STOP,
    realized_at_stop=Decimal(-310),
)
PAID = replace(ledger("1"), entry_side=Side.BUY, entry_last_ms=NOW_MS - 1500)


def receipt(**changes: Any) -> Receipt:
    asked = situation(**changes)
    return receipt_of(asked.trade, asked.follow, decide(asked), {})


@pytest.mark.parametrize(
    ("changes", "rule", "numbers"),
    [
        ({"a_follow": STOPPED}, "stop_copy_drawdown_pct", ("-310", "-300")),
        (
            {"a_trade": trade(leader_trades_last_minute=70)}
            | {"a_follow": follow(limits(refuse_safe_poll=True))},
            "refuse_safe_poll",
            ("70", "60"),
        ),
        ({"now_ms": NOW_MS + 10_250}, "max_copy_age_seconds", ("10.25", "10")),
        ({"a_trade": trade("1", "2"), "a_ledger": PAID}, "cost_per_order_usdc", ("1.5", "60")),
        (
            {"budget": Budget(FOLLOW, recent_entries_ms=(NOW_MS - 1,) * 12)},
            "entries_per_minute",
            ("12", "10"),
        ),
        (
            {"budget": Budget(FOLLOW, breaker_opened_at_ms=NOW_MS - 900, breaker_openings=1)},
            "breaker",
            ("1", "59"),
        ),
        ({"entries_rest_until_ms": NOW_MS + 11_100}, "actions_of_the_account", ("11",)),
        ({"account": account("500", margin_used={"": Decimal(501)})}, "", ("501", "500")),
        (
            {"budget": Budget(FOLLOW, margin=Decimal(1000), fees=Decimal(2))},
            "copy_budget_usdc",
            ("1000", "1000", "-2", "0", "-2"),
        ),
        ({"others": OTHERS}, "max_open_positions", ("3", "3")),
        (
            {"a_follow": follow(replace(limits(), max_symbol_allocation_pct=Decimal(20)))}
            | {"a_ledger": ledger("2")},
            "max_symbol_allocation_pct",
            ("200", "200"),
        ),
        (
            {"a_follow": follow(limits(max_position_usdc=Decimal(150)))}
            | {"a_ledger": ledger("2")},
            "max_position_usdc",
            ("200", "150"),
        ),
    ],
)
def test_a_gate_shows_the_numbers_that_it_compared(
    changes: dict[str, Any], rule: str, numbers: tuple[str, ...]
) -> None:
    shown = receipt(**changes)

    assert (shown.bound_by, tuple(shown.numbers.values())) == (rule, tuple(map(number, numbers)))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"switches": Switches(kill_venue=True)}, "kill_switch_of_venue"),
        ({"switches": Switches(kill_user=True)}, "kill_switch_of_user"),
        ({"a_follow": follow(limits(symbols_deny=("BTC",)))}, "symbols_deny"),
        ({"a_follow": follow(limits(symbols_allow=("ETH",)))}, "symbols_allow"),
        ({"a_follow": follow(limits(sides=CopySides.SHORTS))}, "sides"),
    ],
)
def test_a_rule_without_numbers_is_named(changes: dict[str, Any], rule: str) -> None:
    assert (receipt(**changes).bound_by, receipt(**changes).numbers) == (rule, {})


def test_leverage_used_up_shows_what_is_copied_already() -> None:
    tight = follow(limits(max_total_leverage=Decimal(1)))

    shown = receipt(a_follow=tight, account=account("200"), a_ledger=ledger("2"))

    assert shown.bound_by == "max_total_leverage"
    assert (shown.numbers["copied_notional"], shown.numbers["own_equity"]) == (200, 200)


def test_an_order_below_the_minimum_shows_both() -> None:
    shown = receipt(a_follow=follow(limits(fixed("5"))))

    assert (shown.numbers["notional"], shown.numbers["min_notional"]) == (5, 10)


def test_a_pause_for_another_position_at_the_venue_says_so() -> None:
    shown = receipt(a_ledger=replace(ledger("2"), entries_paused=True))

    assert (shown.bound_by, shown.numbers) == ("position_at_the_venue", {"held": 2})
    assert "until both agree" in shown.reason_text


def test_an_exit_that_the_user_stopped_names_the_switch() -> None:
    shown = receipt(
        a_trade=trade("2", "0"), a_ledger=ledger("2"), switches=Switches(kill_user=True)
    )

    assert (shown.reason, shown.bound_by) == (Reason.KILL_SWITCH, "kill_switch_of_user")


def test_a_reduction_that_is_too_small_shows_the_minimum() -> None:
    shown = receipt(a_trade=trade("10", "9.9"), a_ledger=ledger("2"))

    assert shown.reason is Reason.CARRIED
    assert shown.numbers == {"notional": Decimal("1.98"), "min_notional": 10}


def test_a_trade_seen_before_shows_up_to_where() -> None:
    shown = receipt(a_ledger=replace(ledger("1"), last_seq=7))

    assert (shown.reason, shown.numbers) == (Reason.SUPERSEDED, {"last_seq": 7})

"""Every gate refuses what it is there for, and names it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fakes.builders import (
    FOLLOW,
    NOW_MS,
    account,
    follow,
    ledger,
    limits,
    market,
    situation,
    trade,
)
from understudy.domain.decisions import decide
from understudy.domain.follows import (
    AccountMode,
    Budget,
    FollowStatus,
    PauseReason,
    Switches,
)
from understudy.domain.ids import FollowId
from understudy.domain.limits import CopySides
from understudy.domain.reasons import Reason

OTHERS = {name: replace(ledger("1"), symbol=name) for name in ("ETH", "SOL", "DOGE")}


def paused(reason: PauseReason) -> dict[str, Any]:
    return {"a_follow": follow(status=FollowStatus.PAUSED, pause_reason=reason)}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"switches": Switches(kill_global=True)}, Reason.KILL_SWITCH),
        ({"switches": Switches(kill_venue=True)}, Reason.KILL_SWITCH),
        ({"switches": Switches(kill_user=True)}, Reason.KILL_SWITCH),
        (paused(PauseReason.USER), Reason.FOLLOW_PAUSED),
        (paused(PauseReason.DRAWDOWN_STOP), Reason.DRAWDOWN_STOP),
        (paused(PauseReason.COPY_DISABLED), Reason.COPY_DISABLED),
        ({"a_follow": follow(status=FollowStatus.INACTIVE)}, Reason.FOLLOW_PAUSED),
        ({"a_ledger": replace(ledger(), entries_paused=True)}, Reason.FOLLOW_PAUSED),
        ({"switches": Switches(authority_revoked=True)}, Reason.SIGNING_UNAVAILABLE),
        ({"switches": Switches(copy_disabled=True)}, Reason.COPY_DISABLED),
        ({"switches": Switches(blacklisted=True)}, Reason.BLACKLISTED),
        ({"switches": Switches(flagged=True)}, Reason.FLAGGED),
        ({"switches": Switches(leader_is_follower=True)}, Reason.LEADER_IS_FOLLOWER),
        ({"a_follow": follow(limits(symbols_deny=("BTC",)))}, Reason.SYMBOL_NOT_ALLOWED),
        ({"a_follow": follow(limits(symbols_allow=("ETH",)))}, Reason.SYMBOL_NOT_ALLOWED),
        ({"a_follow": follow(limits(sides=CopySides.SHORTS))}, Reason.SIDE_NOT_ALLOWED),
        ({"owner": FollowId("another")}, Reason.SYMBOL_IN_USE),
        (
            {
                "a_follow": follow(limits(refuse_safe_poll=True)),
                "a_trade": trade(leader_trades_last_minute=60),
            },
            Reason.LEADER_TOO_FAST,
        ),
        ({"now_ms": NOW_MS + 10_001}, Reason.STALE),
        (
            {"budget": Budget(FOLLOW, recent_entries_ms=(NOW_MS - 1,) * 10)},
            Reason.RATE_LIMITED,
        ),
        ({"entries_rest_until_ms": NOW_MS + 101}, Reason.RATE_LIMITED),
        ({"budget": Budget(FOLLOW, breaker_opened_at_ms=NOW_MS - 1)}, Reason.BREAKER_OPEN),
        ({"account": None}, Reason.RATE_LIMITED),
        ({"account": account(mode=AccountMode.UNSUPPORTED)}, Reason.ACCOUNT_MODE_UNSUPPORTED),
        ({"account": account("0")}, Reason.ACCOUNT_NOT_FUNDED),
        ({"market": market(dex="xyz")}, Reason.DEX_NOT_FUNDED),
        (
            {"account": account("500", margin_used={"": Decimal(500)})},
            Reason.INSUFFICIENT_MARGIN,
        ),
        ({"budget": Budget(FOLLOW, margin=Decimal(1000))}, Reason.BUDGET_EXHAUSTED),
        ({"others": OTHERS}, Reason.MAX_POSITIONS_REACHED),
        (
            {
                "a_follow": follow(replace(limits(), max_symbol_allocation_pct=Decimal(20))),
                "a_ledger": ledger("2"),
            },
            Reason.SYMBOL_ALLOCATION_EXCEEDED,
        ),
        (
            {
                "a_follow": follow(limits(max_position_usdc=Decimal(200))),
                "a_ledger": ledger("2"),
            },
            Reason.POSITION_LIMIT,
        ),
        (
            {
                "a_follow": follow(limits(max_total_leverage=Decimal(1))),
                "account": account("200"),
                "a_ledger": ledger("2"),
            },
            Reason.LEVERAGE_NOT_ALLOWED,
        ),
        (
            {"a_follow": follow(limits(copy_budget_usdc=Decimal(10))), "a_ledger": ledger("0.05")},
            Reason.BELOW_MIN_NOTIONAL,
        ),
    ],
)
def test_the_gate_refuses_and_nothing_moves(changes: dict[str, Any], reason: Reason) -> None:
    asked = situation(**changes)

    decision = decide(asked)

    assert (decision.order, decision.reason) == (None, reason)
    assert decision.ledger.target == asked.ledger.target


def test_an_open_symbol_may_grow_although_all_positions_are_taken() -> None:
    two = {name: OTHERS[name] for name in ("ETH", "SOL")}

    decision = decide(situation(trade("1", "2"), a_ledger=ledger("1"), others=two))

    assert decision.order is not None


def test_a_breaker_lets_one_probe_pass_after_a_minute() -> None:
    budget = Budget(FOLLOW, breaker_opened_at_ms=NOW_MS + 100 - 60_000)

    assert decide(situation(budget=budget)).order is not None


def test_entries_of_a_minute_ago_do_not_count() -> None:
    budget = Budget(FOLLOW, recent_entries_ms=(NOW_MS - 60_000,) * 10)

    assert decide(situation(budget=budget)).order is not None


def test_a_trade_as_old_as_the_follow_allows_is_still_entered() -> None:
    assert decide(situation(now_ms=NOW_MS + 10_000)).order is not None


def test_a_fill_stamped_in_the_future_ages_from_when_it_was_seen() -> None:
    ahead = trade(time_ms=NOW_MS + 3_600_000)

    assert decide(situation(ahead, now_ms=NOW_MS + 10_001)).reason is Reason.STALE

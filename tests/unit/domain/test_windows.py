"""What the end of a slower mode's window orders of what was collected."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.builders import account, follow, ledger, limits, situation, trade
from understudy.domain.decisions import decide_gap
from understudy.domain.limits import CopyMode
from understudy.domain.reasons import Reason


@pytest.mark.parametrize(
    ("more", "reason"),
    [("0.0004", Reason.CARRIED), ("1", Reason.INSUFFICIENT_MARGIN)],
    ids=["less than a lot", "an order"],
)
def test_a_window_asks_the_account_only_for_what_can_be_ordered(more: str, reason: Reason) -> None:
    carries = replace(ledger("5"), target=5 + Decimal(more))
    short = account("100", margin_used={"": Decimal(100)})
    slow = follow(limits(mode=CopyMode.THROTTLED))

    decision = decide_gap(
        situation(trade("6", "5"), slow, carries, account=short), window_ends=True
    )

    assert decision.reason is reason
    assert (decision.ledger.target == carries.target) is (reason is Reason.CARRIED)

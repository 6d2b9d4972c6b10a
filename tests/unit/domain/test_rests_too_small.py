"""Who is told that a rest too small for the venue is left to them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.fakes.builders import follow, ledger, trade
from tests.unit.domain.test_settlement import intent, pending
from understudy.domain.follows import Pending
from understudy.domain.ids import IntentId
from understudy.domain.intents import IntentKind, IntentState, Rejected
from understudy.domain.plans import Decision
from understudy.domain.receipting import LEFT_TO_ITS_OWNER, receipt_of, settled_receipt

UNKNOWN = (pending(intent(intent_id=IntentId("b" * 64))),)
TOO_SMALL = Rejected("MIN_NOTIONAL", "Order must have minimum value of $10.")


@pytest.mark.parametrize(
    ("held", "under_way", "said"),
    [
        ("0", (), LEFT_TO_ITS_OWNER),
        ("0", UNKNOWN, TOO_SMALL.text),
        ("0.05", (), TOO_SMALL.text),
    ],
    ids=["nothing is left", "an entry is unknown", "something is held"],
)
def test_only_who_holds_and_awaits_nothing_any_more_is_told_that_the_rest_is_theirs(
    held: str, under_way: tuple[Pending, ...], said: str
) -> None:
    after = replace(ledger(held), pending=under_way, target=Decimal(0))
    refused = replace(intent(IntentKind.EXIT, "0.05"), state=IntentState.REJECTED)
    receipt = receipt_of(trade("1", "0"), follow(), Decision(after), {})

    told = settled_receipt(receipt, refused, TOO_SMALL, after, open_exit=abs(after.held))

    assert told.reason_text == said

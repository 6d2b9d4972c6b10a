"""Every receipt says why in words: its own, or those of its reason with the numbers compared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.builders import NOW_MS, follow, ledger, limits, situation, trade
from understudy.domain.decisions import decide
from understudy.domain.explanations import MEANINGS, STATUSES, explained, in_a_line
from understudy.domain.limits import CopySides
from understudy.domain.reasons import Reason
from understudy.domain.receipting import receipt_of
from understudy.domain.receipts import CopyStatus
from understudy.domain.refusals import compared

if TYPE_CHECKING:
    from understudy.domain.receipts import Receipt
    from understudy.domain.situation import Situation


def receipt(asked: Situation) -> Receipt:
    return receipt_of(asked.trade, asked.follow, decide(asked), {})


LATE = situation(now_ms=NOW_MS + 10_250)
SHORTS_ONLY = situation(a_follow=follow(limits(sides=CopySides.SHORTS)))
NOTHING_HELD = situation(a_trade=trade("-1", "0"), a_ledger=ledger("0"))


def test_every_reason_and_every_status_has_words_of_its_own() -> None:
    told = [each.words for each in MEANINGS.values()] + list(STATUSES.values())

    assert set(MEANINGS) == set(Reason)
    assert set(STATUSES) == set(CopyStatus)
    assert all(told)
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("reason", Reason)
def test_what_a_gate_compares_is_told(reason: Reason) -> None:
    _, numbers = compared(situation(), reason)

    assert set(numbers) <= set(MEANINGS[reason].compares)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("status", CopyStatus)
def test_no_receipt_with_a_reason_is_without_words(reason: Reason, status: CopyStatus) -> None:
    bare = replace(receipt(LATE), reason=reason, status=status, bound_by="", numbers={})

    assert explained(bare) == in_a_line(bare) == MEANINGS[reason].words


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (LATE, "(bound by max_copy_age_seconds: age_seconds 10.25, max_copy_age_seconds 10)"),
        (SHORTS_ONLY, "(bound by sides)"),
        (NOTHING_HELD, "(held 0, target 0)"),
    ],
)
def test_the_rule_that_bound_and_the_numbers_follow_the_words(asked: Situation, told: str) -> None:
    shown = receipt(asked)

    assert shown.reason is not None
    assert explained(shown) == f"{MEANINGS[shown.reason].words} {told}"


def test_words_that_a_receipt_was_stored_with_stay() -> None:
    stored = replace(receipt(LATE), reason_text="the venue's own words")

    assert explained(stored) == in_a_line(stored) == "the venue's own words"


def test_a_copy_without_a_reason_tells_in_a_line_how_it_stands() -> None:
    done = replace(
        receipt(LATE), reason=None, status=CopyStatus.DONE, numbers={"price": Decimal(1)}
    )

    assert explained(done) == ""
    assert in_a_line(done) == STATUSES[CopyStatus.DONE]

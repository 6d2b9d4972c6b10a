"""The page of reasons has every reason and status there is, in the words that receipts say."""

from __future__ import annotations

from pathlib import Path

from understudy.domain.explanations import MEANINGS, STATUSES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reasons.md").read_text(encoding="utf-8")
ROWS = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in PAGE.splitlines()]


def test_every_reason_is_told_as_receipts_tell_it_and_with_what_to_do() -> None:
    told = {row[0]: row[1] for row in ROWS if len(row) == 3 and row[2] and row[0].isupper()}

    assert told == {reason.value: meaning.words for reason, meaning in MEANINGS.items()}


def test_every_status_is_told_as_receipts_tell_it() -> None:
    told = {row[0]: row[1] for row in ROWS if len(row) == 2 and row[0].isupper()}

    assert told == {status.value: words for status, words in STATUSES.items()}

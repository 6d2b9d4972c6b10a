"""What operators do is in the audit under their own name, before it is done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli.ops.place import Place
from cli.ops.redriving import drop
from tests.contract.audit.books import NOW_MS
from understudy.adapters.aws.audit_items import row_of
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from tests.contract.audit.books import Books

LETTER = SimpleNamespace(
    message_id="message-1", queue="leader-fills", group="leader", sent_at_ms=NOW_MS, body="{}"
)
READ: Any = SimpleNamespace(letter=LETTER)


class Letters:
    """Dead letters, of which only removing is asked."""

    def __init__(self) -> None:
        self.removed: list[object] = []

    def remove(self, letter: object) -> None:
        self.removed.append(letter)


def place_of(books: Books, table: str = "") -> Place:
    resources = {"AuditTable": table or books.rows_table, "AuditRowKey": books.row_key}
    return Place(SimpleNamespace(client=books.client), "understudy", resources, {})


def test_a_dropped_letter_is_kept_whole_with_who_dropped_it(books: Books) -> None:
    letters: Any = Letters()

    drop(place_of(books), letters, READ, NOW_MS)

    (row,) = map(row_of, books.items())
    facts: Any = row.fields["facts"]
    assert (row.partition, row.fields["actor"]) == ("OPERATOR#dead-letters", "operator")
    assert (facts["body"], facts["queue"]) == ("{}", "leader-fills")
    assert facts["operator"].startswith("arn:")
    assert letters.removed == [LETTER]


def test_what_cannot_be_audited_is_not_dropped(books: Books) -> None:
    letters: Any = Letters()

    with pytest.raises(DependencyError):
        drop(place_of(books, "no-such-table"), letters, READ, NOW_MS)
    assert letters.removed == []

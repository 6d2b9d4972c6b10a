"""What operators do is in the audit under their own name, before it is done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cli.ops.place import Place
from cli.ops.redriving import LetterRecord, drop, redriven
from tests.contract.audit.books import NOW_MS
from understudy.adapters.aws.audit_items import row_of
from understudy.adapters.aws.letter_bodies import FailedBatch
from understudy.domain.errors import DependencyError, NotFoundError

if TYPE_CHECKING:
    from tests.contract.audit.books import Books

LETTER = SimpleNamespace(
    message_id="message-1", queue="leader-fills", group="leader", sent_at_ms=NOW_MS, body="{}"
)
READ: Any = SimpleNamespace(letter=LETTER, content=None)
BATCH = FailedBatch("a-stream", "a-shard", "1", "1", 1, "")
KEYS = {"pk": {"S": "FOLLOW#1"}, "sk": {"S": "FOLLOW"}}
OF_THE_STREAM: Any = SimpleNamespace(letter=LETTER, content=BATCH)


class Letters:
    """Dead letters; each thing done to one stands in `done` with the rows that there were then."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.done: list[tuple[str, object, int]] = []

    def send_back(self, letter: object) -> None:
        self.done.append(("sent back", letter, len(self._books.items())))

    def remove(self, letter: object) -> None:
        self.done.append(("removed", letter, len(self._books.items())))


class Stream:
    """A stream that holds one record, of something that is no event, or has lost it."""

    def __init__(self, *, is_lost: bool = False) -> None:
        record = {"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1", "Keys": KEYS}}
        self.records = [] if is_lost else [record]

    def get_shard_iterator(self, **_: object) -> dict[str, str]:
        return {"ShardIterator": "here"}

    def get_records(self, **_: object) -> dict[str, Any]:
        return {"Records": self.records}


def place_of(books: Books, table: str = "", stream: Stream | None = None) -> Place:
    def client(service: str) -> Any:
        return stream if service == "dynamodbstreams" else books.client(service)

    resources = {
        "AuditTable": table or books.rows_table,
        "AuditRowKey": books.row_key,
        "CopyBus": "bus",
    }
    return Place(SimpleNamespace(client=client), "understudy", resources, {})


def test_a_dropped_letter_is_kept_whole_with_who_dropped_it(books: Books) -> None:
    letters: Any = Letters(books)

    drop(LetterRecord(place_of(books)), letters, READ)

    (row,) = map(row_of, books.items())
    facts: Any = row.fields["facts"]
    assert (row.partition, row.fields["actor"]) == ("OPERATOR#dead-letters", "operator")
    assert row.fields["event"] == "DEAD_LETTER_DROPPED"
    assert (facts["body"], facts["queue"]) == ("{}", "leader-fills")
    assert facts["operator"].startswith("arn:")
    assert letters.done == [("removed", LETTER, 1)]


def test_who_sends_letters_back_is_written_down_before_each_of_them_goes(books: Books) -> None:
    letters: Any = Letters(books)
    place = place_of(books)

    said = list(redriven(place, LetterRecord(place), letters, [READ, READ]))

    assert said == ["message-1  sent back to leader-fills"] * 2
    rows = list(map(row_of, books.items()))
    assert [row.fields["event"] for row in rows] == ["DEAD_LETTER_REDRIVEN"] * 2
    assert {row.partition for row in rows} == {"OPERATOR#dead-letters"}
    told: list[Any] = [row.fields["facts"] for row in rows]
    for facts in map(dict[str, Any], told):
        assert str(facts.pop("operator")).startswith("arn:")
        named = {"message_id": "message-1", "queue": "leader-fills", "group": "leader"}
        assert facts == {**named, "sent_at_ms": str(NOW_MS)}, "its body goes on and is not kept"
    assert [(done, rows) for done, _, rows in letters.done] == [
        ("sent back", 1),
        ("removed", 1),
        ("sent back", 2),
        ("removed", 2),
    ]


def test_a_batch_is_written_down_once_its_records_are_found_and_before_its_letter_goes(
    books: Books,
) -> None:
    letters: Any = Letters(books)
    place = place_of(books, stream=Stream())

    (said,) = redriven(place, LetterRecord(place), letters, [OF_THE_STREAM])

    assert said == "message-1  published 0 events"
    assert letters.done == [("removed", LETTER, 1)]


def test_of_a_batch_that_the_stream_has_lost_nothing_is_said_to_be_done(books: Books) -> None:
    letters: Any = Letters(books)
    place = place_of(books, stream=Stream(is_lost=True))

    with pytest.raises(NotFoundError, match="stream"):
        list(redriven(place, LetterRecord(place), letters, [OF_THE_STREAM]))

    assert (books.items(), letters.done) == ([], [])


def test_what_cannot_be_audited_is_neither_dropped_nor_sent_back(books: Books) -> None:
    letters: Any = Letters(books)
    place = place_of(books, "no-such-table")

    with pytest.raises(DependencyError):
        drop(LetterRecord(place), letters, READ)
    with pytest.raises(DependencyError):
        list(redriven(place, LetterRecord(place), letters, [READ]))
    assert letters.done == []

"""What the trail promises of a row: whose it is, what it is about, and that KMS is asked once."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from tests.contract.audit.books import NOW_MS, Books
from tests.fakes.custody import FixedDataKeys
from understudy.adapters.aws.audit_items import row_of
from understudy.adapters.aws.audit_stamps import KmsStampReader, KmsStamps
from understudy.adapters.aws.audit_trail import DynamoAuditTrail, stamped_item
from understudy.adapters.aws.table import Table
from understudy.adapters.correlation import correlated
from understudy.domain.audit import Actor, AuditEntry
from understudy.domain.audit_chain import Row

ENTRY = AuditEntry("SOMETHING", "user-1", NOW_MS, {"n": 1, "on": True, "size": "0.1"})


def written(books: Books, entry: AuditEntry = ENTRY, actor: Actor = Actor.API) -> Row:
    stamps = KmsStamps(books.client("kms"), books.row_key, actor)
    DynamoAuditTrail(Table(books.client("dynamodb"), books.rows_table), stamps).append(entry)
    return row_of(books.items()[-1])


def test_a_row_is_read_as_it_was_written(books: Books) -> None:
    row = written(books)

    assert (row.partition, row.sort[:13]) == ("API#user-1", str(NOW_MS))
    assert row.fields["facts"] == ENTRY.facts
    assert (row.fields["actor"], row.fields["event"]) == ("api", "SOMETHING")


def test_a_row_names_the_request_that_is_being_answered(books: Books) -> None:
    with correlated("request-1"):
        row = written(books)

    assert row.fields["correlation_id"] == "request-1"


def test_an_entry_that_names_what_it_belongs_to_keeps_that(books: Books) -> None:
    with correlated("request-1"):
        row = written(books, ENTRY._replace(correlation_id="copy-1"))

    assert row.fields["correlation_id"] == "copy-1"


@pytest.mark.parametrize("actor", list(Actor))
def test_a_row_is_genuine_under_the_name_of_its_writer_alone(books: Books, actor: Actor) -> None:
    reader = KmsStampReader(books.client("kms"), books.row_key)
    row = written(books, actor=actor)

    others = [replace(row, fields={**row.fields, "actor": each.value}) for each in Actor]

    assert reader.is_genuine(row)
    assert [reader.is_genuine(each) for each in others].count(True) == 1


@pytest.mark.parametrize("actor", list(Actor))
def test_a_row_is_genuine_among_the_rows_of_its_writer_alone(books: Books, actor: Actor) -> None:
    reader = KmsStampReader(books.client("kms"), books.row_key)
    stamps = KmsStamps(books.client("kms"), books.row_key, actor)
    partitions = [f"{each.upper()}#user-1" for each in Actor]
    partitions += [actor.upper(), f"{actor}#user-1", f"{actor.upper()}2#user-1"]

    rows = [stamps.stamped(Row(each, "1", {"event": "SOMETHING"})) for each in partitions]

    assert [row.partition for row in rows if reader.is_genuine(row)] == [f"{actor.upper()}#user-1"]


@pytest.mark.parametrize("actor", list(Actor))
def test_kms_knows_whose_a_writers_key_is(books: Books, actor: Actor) -> None:
    kms = books.client("kms")
    sealed = b64decode(str(written(books, actor=actor).fields["writer"]))

    def opened(**context: str) -> bytes:
        return bytes(
            kms.decrypt(KeyId=books.row_key, CiphertextBlob=sealed, EncryptionContext=context)[
                "Plaintext"
            ]
        )

    rows = {"app": "understudy", "purpose": "audit-rows"}
    assert len(opened(**rows, actor=actor.value)) == 32
    others = [{**rows, "actor": each.value} for each in Actor if each is not actor]
    for other in (rows, *others):
        with pytest.raises(ClientError, match="InvalidCiphertext"):
            opened(**other)


@pytest.mark.parametrize(
    "books",
    [pytest.param("emulator", marks=pytest.mark.integration)],
    indirect=True,  # moto says AccessDenied of another key's ciphertext, KMS IncorrectKey
)
def test_a_stamp_of_another_system_is_not_genuine(books: Books) -> None:
    other = Books(books.client)

    assert not KmsStampReader(other.client("kms"), other.row_key).is_genuine(written(books))


def test_a_process_asks_kms_once_for_all_its_rows() -> None:
    keys = FixedDataKeys()
    stamps = KmsStamps(keys, "key", Actor.API)  # type: ignore[arg-type]  # a fake of boto3's client

    items = [stamped_item(ENTRY, stamps) for _ in range(3)]

    assert keys.made == 1
    assert len({item["sk"]["S"] for item in items}) == 3

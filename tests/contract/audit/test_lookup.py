"""What every look-up in the audit promises, and the way there of those who may not read it."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from functions.audit_extract import app
from tests.contract.audit.books import NOW_MS, Books
from tests.fakes.custody import fixed_stamps
from understudy.adapters.aws.audit_lookup import DynamoAuditLookup, LambdaAuditExtracts
from understudy.adapters.aws.audit_trail import DynamoAuditTrail
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.domain.audit import AboutUser, Actor, AuditEntry, AuditRecord
from understudy.domain.errors import AuditTamperedError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from understudy.ports.audit import AuditLookup, AuditTrail

FACTS = {"n": 1, "on": True, "size": "0.1"}


@pytest.fixture(params=["memory", "moto", pytest.param("emulator", marks=pytest.mark.integration)])
def audit(request: pytest.FixtureRequest) -> tuple[AuditTrail, AuditLookup]:
    """Give the signer's trail, and what reads it."""
    if request.param == "memory":
        trail = InMemoryAuditTrail(Actor.SIGNER)
        return trail, trail
    books = Books(request.getfixturevalue(f"{request.param}_clients"))
    table = Table(books.client("dynamodb"), books.rows_table)
    return DynamoAuditTrail(table, fixed_stamps()), DynamoAuditLookup(table)


def entry(subject: str, at: int) -> AuditEntry:
    return AuditEntry(f"EVENT_{at}", subject, NOW_MS + at, FACTS, "copy-1")


def test_the_newest_entries_of_a_subject_are_given_as_they_were_written(
    audit: tuple[AuditTrail, AuditLookup],
) -> None:
    trail, lookup = audit
    for subject, at in (("agent-1", 1), ("agent-2", 2), ("agent-1", 3), ("agent-1", 2)):
        trail.append(entry(subject, at))

    found = list(lookup.newest(Actor.SIGNER, "agent-1", 2))

    assert found == [
        AuditRecord(Actor.SIGNER, f"EVENT_{at}", "agent-1", NOW_MS + at, FACTS, "copy-1")
        for at in (3, 2)
    ]


def test_what_another_wrote_or_of_another_subject_is_not_given(
    audit: tuple[AuditTrail, AuditLookup],
) -> None:
    trail, lookup = audit
    trail.append(entry("agent-1", 1))

    assert list(lookup.newest(Actor.API, "agent-1", 9)) == []
    assert list(lookup.newest(Actor.SIGNER, "agent-10", 9)) == []
    assert list(lookup.newest(Actor.SIGNER, "agent", 9)) == []


@pytest.fixture(params=["moto", pytest.param("emulator", marks=pytest.mark.integration)])
def books(request: pytest.FixtureRequest) -> Books:
    return Books(request.getfixturevalue(f"{request.param}_clients"))


def test_what_another_put_among_an_actors_rows_is_not_told_as_that_actors(books: Books) -> None:
    table = Table(books.client("dynamodb"), books.rows_table)
    DynamoAuditTrail(table, fixed_stamps()).append(entry("agent-1", 1))
    (honest,) = books.items()
    for number in range(3):
        sort = f"{NOW_MS + 2 + number}#put-in"
        books.put({**honest, "sk": {"S": sort}, "actor": {"S": Actor.API.value}})

    (found,) = DynamoAuditLookup(table).newest(Actor.SIGNER, "agent-1", 2)

    assert found.event == "EVENT_1"


@pytest.mark.parametrize(
    "damage",
    [
        *({name: None} for name in ("event", "at_ms", "facts", "correlation_id")),
        {"at_ms": {"S": "yesterday"}},
        {"facts": {"S": "none"}},
    ],
    ids=str,
)
def test_a_damaged_row_is_named(books: Books, damage: dict[str, Any]) -> None:
    table = Table(books.client("dynamodb"), books.rows_table)
    DynamoAuditTrail(table, fixed_stamps()).append(entry("agent-1", 1))
    (whole,) = books.items()
    sort = whole["sk"]["S"]
    books.put({name: each for name, each in {**whole, **damage}.items() if each is not None})

    with pytest.raises(AuditTamperedError, match=f"{sort} .* damaged"):
        DynamoAuditLookup(table).newest(Actor.SIGNER, "agent-1", 2)


class Functions:
    """A Lambda client whose one function is audit_extract's own handler."""

    def __init__(self) -> None:
        self.answer: Callable[[bytes], dict[str, Any]] = self.handled

    def handled(self, payload: bytes) -> dict[str, Any]:
        said = json.dumps(app.handler(json.loads(payload), None)).encode()
        return {"StatusCode": 200, "Payload": io.BytesIO(said)}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  # boto's
        assert FunctionName == "extract"
        return self.answer(Payload)


@pytest.fixture
def functions(audit: tuple[AuditTrail, AuditLookup], monkeypatch: pytest.MonkeyPatch) -> Functions:
    monkeypatch.setattr(app, "build", lambda: audit[1])
    return Functions()


@pytest.fixture
def extracts(functions: Functions) -> LambdaAuditExtracts:
    client: Any = functions
    return LambdaAuditExtracts(client, "extract")


def test_an_extract_comes_over_as_it_was_made(
    audit: tuple[AuditTrail, AuditLookup], extracts: LambdaAuditExtracts
) -> None:
    trail, lookup = audit
    trail.append(entry("agent-1", 1))

    given = extracts.of(AboutUser("alice", ("agent-1",)))

    assert list(given.records) == list(lookup.newest(Actor.SIGNER, "agent-1", 1))


def test_no_key_and_no_stamp_of_a_row_comes_over(
    audit: tuple[AuditTrail, AuditLookup], functions: Functions
) -> None:
    audit[0].append(entry("agent-1", 1))

    said = functions.handled(json.dumps({"user_id": "alice", "agent_ids": ["agent-1"]}).encode())

    (record,) = json.loads(said["Payload"].read())["records"]
    assert set(record) == {"actor", "event", "subject", "at_ms", "facts", "correlation_id"}


def refused(_: bytes) -> dict[str, Any]:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "Invoke")


def failed(_: bytes) -> dict[str, Any]:
    return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"{}")}


@pytest.mark.parametrize(
    "answer",
    [
        refused,
        failed,
        *(lambda _, said=said: {"Payload": io.BytesIO(said)} for said in (b"", b"1")),
    ],
)
def test_without_an_answer_nothing_is_made_up(
    functions: Functions, extracts: LambdaAuditExtracts, answer: Callable[[bytes], dict[str, Any]]
) -> None:
    functions.answer = answer

    with pytest.raises(DependencyError):
        extracts.of(AboutUser("alice"))

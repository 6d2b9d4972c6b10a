"""An extract has what the audit holds of one user, and nothing that is not theirs to see."""

from __future__ import annotations

import pytest

from understudy.adapters.memory.audit import InMemoryAuditTrail
from understudy.domain.audit import AboutUser, Actor, AuditEntry, AuditRecord
from understudy.workflows import audit_extract
from understudy.workflows.audit_extract import extract

ABOUT = AboutUser("alice", ("agent-1", "agent-2"))


class Books:
    """The rows of several writers."""

    def __init__(self, *written: tuple[Actor, str, str]) -> None:
        self.trails = {actor: InMemoryAuditTrail(actor) for actor in Actor}
        for at_ms, (actor, subject, event) in enumerate(written):
            self.trails[actor].append(AuditEntry(event, subject, at_ms, {}, "r1"))

    def newest(self, actor: Actor, subject: str, most: int) -> list[AuditRecord]:
        return list(self.trails[actor].newest(actor, subject, most))


def told(books: Books, about: AboutUser = ABOUT) -> list[str]:
    return [record.event for record in extract(books, about).records]


@pytest.mark.parametrize(
    "other",
    [
        (Actor.API, "bob", "SIGNED_IN"),
        (Actor.SIGNER, "agent-3", "INTENT_APPROVED"),
        (Actor.SIGNER, "alice", "A_SWITCH_OF_THIS_NAME"),
        (Actor.OPERATOR, "alice", "USER_LOOKED_AT"),
        (Actor.OPERATOR, "agent-1", "AGENT_REVOKED"),
        (Actor.ERASURE, "alice", "ACCOUNT_DELETED"),
    ],
)
def test_what_is_of_others_or_of_operators_is_not_there(other: tuple[Actor, str, str]) -> None:
    assert told(Books(other)) == []


def test_what_user_and_agents_did_is_told_in_order_of_time() -> None:
    books = Books(
        (Actor.API, "alice", "SIGNED_IN"),
        (Actor.SIGNER, "agent-2", "AGENT_CREATED"),
        (Actor.SIGNER, "agent-1", "INTENT_APPROVED"),
        (Actor.API, "alice", "SIGNED_OUT"),
    )

    assert told(books) == ["SIGNED_IN", "AGENT_CREATED", "INTENT_APPROVED", "SIGNED_OUT"]


def test_one_who_did_nothing_gets_an_empty_extract() -> None:
    assert told(Books(), AboutUser("alice")) == []


def test_of_many_entries_the_newest_of_each_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_extract, "NEWEST_OF_EACH", 2)
    books = Books(
        *((Actor.API, "alice", f"SIGNED_IN_{n}") for n in range(3)),
        *((Actor.SIGNER, "agent-1", f"INTENT_APPROVED_{n}") for n in range(3)),
    )

    assert told(books) == ["SIGNED_IN_1", "SIGNED_IN_2", "INTENT_APPROVED_1", "INTENT_APPROVED_2"]


def test_which_keys_seal_an_agents_key_is_not_told() -> None:
    trail = InMemoryAuditTrail(Actor.SIGNER)
    facts = {"address": "0x1", "from_key_id": "arn:one", "to_key_id": "arn:two"}
    trail.append(AuditEntry("KEY_REWRAPPED", "agent-1", 1, facts))

    (record,) = extract(trail, ABOUT).records

    assert record.facts == {"address": "0x1"}

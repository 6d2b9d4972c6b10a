"""Gives users what the audit has of them and of their agents; of others, and of operators, nothing.

What operators did names them, and why they looked: for that an operator is asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from understudy.domain.audit import AboutUser, Actor, AuditExtract

if TYPE_CHECKING:
    from understudy.domain.audit import AuditRecord
    from understudy.ports.audit import AuditLookup

NEWEST_OF_EACH = 200
# Which key of the deployment seals an agent's is about the deployment.
UNTOLD = frozenset({"from_key_id", "to_key_id"})


def extract(lookup: AuditLookup, about: AboutUser) -> AuditExtract:
    """Give the newest entries about the user and about each agent, together in order of time."""
    subjects = [(Actor.API, about.user_id), *((Actor.SIGNER, each) for each in about.agent_ids)]
    found = (
        _told(record)
        for actor, subject in subjects
        for record in lookup.newest(actor, subject, NEWEST_OF_EACH)
    )
    return AuditExtract(tuple(sorted(found, key=lambda record: record.at_ms)))


def _told(record: AuditRecord) -> AuditRecord:
    facts = {name: value for name, value in record.facts.items() if name not in UNTOLD}
    return replace(record, facts=facts)

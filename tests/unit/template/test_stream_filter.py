"""The copying table's stream wakes copy_events for everything that is an event, and seldom else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ministack.services.lambda_svc import _match_esm_filter

from checks.template.document import read_document
from tests.contract.stores.records import receipt
from tests.fakes import builders
from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, attributes_of
from understudy.adapters.venues.hyperliquid.errors import RejectionKind
from understudy.domain.announcements import of_follow, of_intent, of_ledger, of_receipt
from understudy.domain.follows import Budget, FollowStatus
from understudy.domain.intents import IntentState
from understudy.domain.receipts import CopyStatus

TEMPLATE = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
SOURCE = next(each for each in TEMPLATE.functions() if each.name == "CopyEventsFunction")
FILTERS = SOURCE.properties["Events"]["Changes"]["Properties"]["FilterCriteria"]["Filters"]
PATTERNS = [json.loads(each["Pattern"]) for each in FILTERS]
# AWS allows five to each source.
FILTERS_AT_MOST = 5


def passes(key: Item, record: Any) -> bool:
    change = {"dynamodb": {"Keys": key, "NewImage": {**key, **attributes_of(record)}}}
    return any(_match_esm_filter(change, pattern) for pattern in PATTERNS)


@pytest.mark.parametrize("status", CopyStatus)
def test_a_copy_passes_once_it_has_ended(status: CopyStatus) -> None:
    ended = receipt(status=status)

    assert passes(at.receipt(ended.follow_id, ended.seq), ended) is status.is_terminal
    assert (of_receipt(None, ended) is not None) is status.is_terminal


@pytest.mark.parametrize("status", FollowStatus)
def test_every_status_of_a_follow_passes(status: FollowStatus) -> None:
    follow = builders.follow(status=status)

    assert of_follow(None, follow) is not None
    assert passes(at.follow(follow.follow_id), follow)


def test_a_position_passes_with_a_finding_alone() -> None:
    quiet = builders.ledger("1.25")
    drifted, gone = replace(quiet, entries_paused=True), replace(quiet, phantoms=1)

    assert of_ledger(quiet, drifted) is not None
    assert of_ledger(quiet, gone) is not None
    assert of_ledger(None, quiet) is None
    name = at.ledger(quiet.follow_id, quiet.symbol)
    assert [passes(name, each) for each in (quiet, drifted, gone)] == [False, True, True]


@pytest.mark.parametrize("kind", RejectionKind)
def test_a_refused_order_passes_when_somebody_should_look(kind: RejectionKind) -> None:
    pending = builders.intent()
    refused = replace(pending, state=IntentState.REJECTED, refusal=kind)

    is_event = of_intent(pending, refused) is not None

    assert passes(at.intent(refused.follow_id, refused.intent_id), refused) is is_event


@pytest.mark.parametrize("state", IntentState)
def test_an_order_that_was_not_refused_does_not_pass(state: IntentState) -> None:
    order = builders.intent(state=state)

    assert of_intent(None, order) is None
    assert not passes(at.intent(order.follow_id, order.intent_id), order)


def test_what_is_no_event_does_not_pass() -> None:
    budget = Budget(builders.FOLLOW)

    assert not passes(at.budget(builders.FOLLOW), budget)
    assert len(PATTERNS) <= FILTERS_AT_MOST

"""Leases: one holder at a time, whoever saw an older token is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.stores import tables
from tests.fakes.builders import NOW_MS
from understudy.adapters.aws.leases import DynamoLeases
from understudy.adapters.aws.table import Table
from understudy.adapters.memory.leases import InMemoryLeases
from understudy.ports.leases import Lease, Leases

FIRST = Lease("listener", "one", token=1, until_ms=NOW_MS)
SECOND = replace(FIRST, holder="two", token=2)


@pytest.fixture
def leases(clients: Callable[[str], Any] | None) -> Leases:
    if clients is None:
        return InMemoryLeases()
    client = clients("dynamodb")
    name = tables.create(client, f"throttle-{uuid4().hex}", tables.THROTTLE)
    return DynamoLeases(Table(client, name))


def test_a_lease_that_nobody_took_is_free(leases: Leases) -> None:
    assert leases.read("listener") is None


def test_one_of_two_who_saw_it_free_takes_it(leases: Leases) -> None:
    assert leases.write(FIRST, seen_token=0)
    assert not leases.write(replace(FIRST, holder="late"), seen_token=0)
    assert leases.read("listener") == FIRST


def test_a_holder_extends_its_lease_until_another_took_it(leases: Leases) -> None:
    leases.write(FIRST, seen_token=0)
    longer = replace(FIRST, until_ms=NOW_MS + 5, leaving=True)

    assert leases.write(longer, seen_token=1)
    assert leases.write(SECOND, seen_token=1)
    assert not leases.write(longer, seen_token=1)
    assert leases.read("listener") == SECOND


def test_the_same_write_again_is_the_same_answer(leases: Leases) -> None:
    leases.write(FIRST, seen_token=0)

    assert leases.write(FIRST, seen_token=0)


def test_leases_have_nothing_to_do_with_each_other(leases: Leases) -> None:
    leases.write(FIRST, seen_token=0)

    assert leases.write(replace(FIRST, name="other"), seen_token=0)
    assert not leases.write(replace(SECOND, name="nobody's"), seen_token=1)

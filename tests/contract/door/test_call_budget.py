"""What the door's counts cost: one write per request, a second one where a worker guessed wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.contract.stores import tables
from tests.fakes.api import ApiWorld
from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE
from understudy.adapters.aws.call_counts import DynamoCallCounts
from understudy.adapters.aws.table import Table
from understudy.domain.door_limits import DoorLimits
from understudy.domain.token_bucket import SECOND_US, Bucket

NOW_US = NOW_MS * 1000
FIVE = Bucket("caller", 5, SECOND_US)
AT_ONCE = 8


class Counted:
    """A door's table whose every call of the cloud is counted."""

    def __init__(self, client: Any) -> None:
        self.calls: list[str] = []  # appended to by several threads
        self.table = Table(client, tables.create(client, f"door-{uuid4().hex}", tables.DOOR))
        self._events = client.meta.events
        self._events.register("before-call", self._count, unique_id=self.table.name)

    def worker(self) -> DynamoCallCounts:
        return DynamoCallCounts(self.table)

    def cost(self, act: Callable[[], object]) -> dict[str, int]:
        self.calls.clear()
        act()
        return dict(Counter(self.calls))

    def stop(self) -> None:
        self._events.unregister("before-call", unique_id=self.table.name)

    def _count(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)


@pytest.fixture(params=["moto", pytest.param("emulator", marks=pytest.mark.integration)])
def door(request: pytest.FixtureRequest) -> Iterator[Counted]:
    counted = Counted(request.getfixturevalue(f"{request.param}_clients")("dynamodb"))
    yield counted
    counted.stop()


def writes(number: int) -> dict[str, int]:
    return {"UpdateItem": number} if number else {}


def take(worker: DynamoCallCounts, at_us: int = 0) -> Callable[[], object]:
    return lambda: worker.take(FIVE, "alice", NOW_US + at_us)


def test_a_worker_that_calls_alone_writes_once_however_often_it_calls(door: Counted) -> None:
    worker = door.worker()
    course = [0, 1, 2, 60 * SECOND_US, 61 * SECOND_US, 999 * SECOND_US]

    assert [door.cost(take(worker, at_us)) for at_us in course] == [writes(1)] * len(course)


def test_who_is_seen_to_be_over_the_limit_is_refused_for_nothing(door: Counted) -> None:
    worker = door.worker()
    for _ in range(FIVE.size):
        worker.take(FIVE, "alice", NOW_US)

    assert door.cost(take(worker)) == writes(0)


def test_a_worker_that_finds_a_bucket_in_use_writes_twice_and_once_from_then_on(
    door: Counted,
) -> None:
    take(door.worker())()
    late = door.worker()

    assert door.cost(take(late)) == writes(2)
    assert door.cost(take(late)) == writes(1)


def test_a_worker_that_finds_a_bucket_empty_writes_once_in_vain(door: Counted) -> None:
    busy, late = door.worker(), door.worker()
    for _ in range(FIVE.size):
        take(busy)()

    assert door.cost(take(late)) == writes(1)
    assert door.cost(take(late)) == writes(0)


def test_of_calls_that_come_at_once_none_writes_more_than_twice(door: Counted) -> None:
    workers = [door.worker() for _ in range(AT_ONCE)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda worker: worker.take(FIVE, "alice", NOW_US), workers))

    assert FIVE.size <= len(door.calls) <= 2 * AT_ONCE


def test_a_request_costs_one_write_and_two_where_a_session_is_aimed_at(door: Counted) -> None:
    api = ApiWorld(calls=door.worker(), door_limits=DoorLimits())
    entered: dict[str, Any] = {}
    costs = {
        "nonce and sign-in": door.cost(lambda: entered.update(api.sign_in())),
        "a stranger": door.cost(lambda: api.request("GET", "/v1/terms")),
        "a user": door.cost(lambda: api.request("GET", "/v1/me", None, entered["access_token"])),
        "a stop": door.cost(
            lambda: api.request("POST", "/v1/copy/disable", None, entered["access_token"])
        ),
        "a refresh": door.cost(
            lambda: api.request(
                "POST", "/v1/auth/refresh", {"refresh_token": entered["refresh_token"]}
            )
        ),
        "health": door.cost(lambda: api.request("GET", "/health")),
    }

    assert costs == {
        "nonce and sign-in": writes(2),
        "a stranger": writes(1),
        "a user": writes(1),
        "a stop": writes(1),
        "a refresh": writes(2),
        "health": writes(0),
    }


def test_a_token_of_an_ended_session_costs_one_write_and_none_past_its_networks_limit(
    door: Counted,
) -> None:
    api = ApiWorld(calls=door.worker(), door_limits=DoorLimits())
    token = api.token()
    api.request("DELETE", "/v1/sessions", None, token)

    def call() -> object:
        return api.request("GET", "/v1/me", None, token, address="203.0.113.7")

    assert [door.cost(call) for _ in range(101)] == [writes(1)] * 100 + [writes(0)]


def test_a_forged_sign_in_costs_one_write_too(door: Counted) -> None:
    api = ApiWorld(calls=door.worker(), door_limits=DoorLimits())
    forged = {"address": ALICE.address, "message": "x", "signature": "0x"}

    assert door.cost(lambda: api.request("POST", "/v1/auth/siwe/verify", forged)) == writes(1)


def test_a_forged_refresh_token_costs_one_write_too(door: Counted) -> None:
    api = ApiWorld(calls=door.worker(), door_limits=DoorLimits())
    forged = {"refresh_token": f"{'a' * 32}.1.{'0' * 64}"}

    assert door.cost(lambda: api.request("POST", "/v1/auth/refresh", forged)) == writes(1)

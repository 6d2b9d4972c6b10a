"""What a queue, the bus or a table took only in part: the rest goes again, and then it is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.builders import FOLLOW, NOW_MS, WALLET, trade
from understudy.adapters.aws import attempts
from understudy.adapters.aws.attempts import MAX_ATTEMPTS
from understudy.adapters.aws.bus import EventBridgeBus
from understudy.adapters.aws.queues import QueueUrls, SqsQueues
from understudy.adapters.aws.table import Table, batch_get
from understudy.domain.errors import DependencyError
from understudy.domain.ids import WalletId
from understudy.messages import CopyEvent, FollowerExecute

EXECUTE = FollowerExecute(FOLLOW, WALLET, trade(), queued_at_ms=NOW_MS)
COMMANDS = [replace(EXECUTE, wallet_id=WalletId(f"w{number}")) for number in range(3)]
EVENTS = [CopyEvent("COPY_DONE", f"e{number}", "u", "f", NOW_MS) for number in range(3)]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"pause": lambda _seconds: None, "jitter": float}
    monkeypatch.setattr(attempts.rounds, "__kwdefaults__", quick)


class Reluctant:
    """A cloud that takes all but the last of what it gets, so many times, and then everything."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.taken: list[str] = []

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        taken = self._take([entry["MessageGroupId"] for entry in entries])
        return {"Failed": [{"Id": entry["Id"]} for entry in entries[taken:]]}

    def put_events(self, **request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        taken = self._take([entry["Detail"] for entry in entries])
        refused = [{"ErrorCode": "ThrottlingException"}] * (len(entries) - taken)
        return {"Entries": [{}] * taken + refused}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        (name, wanted), *_ = request["RequestItems"].items()
        keys = wanted["Keys"]
        taken = self._take([key["pk"]["S"] for key in keys])
        left = {name: {"Keys": keys[taken:]}} if keys[taken:] else {}
        return {"Responses": {name: keys[:taken]}, "UnprocessedKeys": left}

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        (name, writes), *_ = request["RequestItems"].items()
        taken = self._take([write["PutRequest"]["Item"]["pk"]["S"] for write in writes])
        return {"UnprocessedItems": {name: writes[taken:]} if writes[taken:] else {}}

    def _take(self, offered: list[str]) -> int:
        self.times -= 1
        count = len(offered) - (1 if self.times >= 0 else 0)
        self.taken += offered[:count]
        return count


def items(count: int) -> list[dict[str, dict[str, str]]]:
    return [{"pk": {"S": f"p{number}"}, "sk": {"S": "s"}} for number in range(count)]


def send(cloud: Any) -> None:
    SqsQueues(cloud, QueueUrls(follower_execute="url")).to_lanes(COMMANDS)


def publish(cloud: Any) -> None:
    EventBridgeBus(cloud, "bus").publish(EVENTS)


def put(cloud: Any) -> None:
    Table(cloud, "table").put_many(items(3))


def get(cloud: Any) -> None:
    assert batch_get(cloud, {"table": {"Keys": items(3)}}) == {"table": items(3)}


@pytest.mark.parametrize("action", [send, publish, put, get])
def test_what_was_not_taken_goes_again_and_nothing_else(action: Any) -> None:
    cloud = Reluctant(times=2)

    action(cloud)

    assert len(cloud.taken) == len(set(cloud.taken)) == 3


@pytest.mark.parametrize("action", [send, publish, put, get])
def test_what_is_never_taken_is_an_error(action: Any) -> None:
    cloud = Reluctant(times=10**6)

    with pytest.raises(DependencyError):
        action(cloud)

    assert 10**6 - cloud.times == MAX_ATTEMPTS
    assert len(cloud.taken) == 2

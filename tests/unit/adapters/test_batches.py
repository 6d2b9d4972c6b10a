"""A queue's event: order within a group, failures by group, poison that blocks its group alone."""

from __future__ import annotations

from typing import Any

from understudy.adapters.aws.batches import batch_of, failures
from understudy.domain.ids import WalletId
from understudy.messages import LeaderFills, ReconcileWallet, encode

EXPECTED = (ReconcileWallet,)


def record(name: str, group: str | None, body: str | None = None) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": "2"}
    if group is not None:
        attributes["MessageGroupId"] = group
    message = ReconcileWallet(WalletId(name))
    return {
        "messageId": name,
        "receiptHandle": f"receipt of {name}",
        "body": encode(message) if body is None else body,
        "attributes": attributes,
    }


def event(*records: dict[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def test_messages_stay_in_order_within_their_group() -> None:
    batch = batch_of(event(record("1", "a"), record("2", "b"), record("3", "a")), EXPECTED)

    assert batch.groups() == {
        "a": [ReconcileWallet(WalletId("1")), ReconcileWallet(WalletId("3"))],
        "b": [ReconcileWallet(WalletId("2"))],
    }
    assert failures(batch.to_be_repeated([])) == {"batchItemFailures": []}


def test_a_failed_group_comes_again_whole_and_alone() -> None:
    batch = batch_of(event(record("1", "a"), record("2", "b"), record("3", "a")), EXPECTED)

    assert failures(batch.to_be_repeated(["a"])) == {
        "batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "3"}]
    }


def test_a_message_that_cannot_be_read_stops_what_is_behind_it_in_its_group() -> None:
    poison = record("2", "a", body="{}")
    batch = batch_of(event(record("1", "a"), poison, record("3", "a"), record("4", "b")), EXPECTED)

    assert batch.groups() == {
        "a": [ReconcileWallet(WalletId("1"))],
        "b": [ReconcileWallet(WalletId("4"))],
    }
    assert [each.message_id for each in batch.to_be_repeated([])] == ["2", "3"]


def test_a_message_that_nobody_can_read_is_passed_in_the_end_and_dies_alone() -> None:
    poison = record("2", "a", body="{}")
    poison["attributes"]["ApproximateReceiveCount"] = "4"
    batch = batch_of(event(record("1", "a"), poison, record("3", "a")), EXPECTED)

    assert batch.groups() == {"a": [ReconcileWallet(WalletId("1")), ReconcileWallet(WalletId("3"))]}
    assert [each.message_id for each in batch.to_be_repeated([])] == ["2"]


def test_every_kind_of_unreadable_body_fails_instead_of_raising() -> None:
    bodies = [
        "",
        "[]",
        "null",
        '{"type": "ReconcileWallet"}',
        '{"type": "ReconcileWallet", "wallet_id": "w", "more": 1}',
        '{"type": "Unheard"}',
        '{"type": ["a list"]}',
        encode(LeaderFills("v", "l", ())),
    ]
    records = [record(str(number), None, body) for number, body in enumerate(bodies)]

    batch = batch_of(event(*records), EXPECTED)

    assert batch.groups() == {}
    assert len(batch.to_be_repeated([])) == len(bodies)


def test_a_number_that_is_none_is_unreadable_too() -> None:
    body = '{"type": "LeaderFills", "venue": "v", "leader": "l", "fills": [{"price": "x"}]}'

    batch = batch_of(event(record("1", "a", body)), (LeaderFills,))

    assert batch.groups() == {}


def test_a_message_of_a_standard_queue_is_a_group_of_its_own() -> None:
    batch = batch_of(event(record("1", None), record("2", None)), EXPECTED)

    assert list(batch.groups()) == ["1", "2"]
    assert [each.message_id for each in batch.to_be_repeated(["2"])] == ["2"]
    assert {each.times_received for each in batch.received} == {2}

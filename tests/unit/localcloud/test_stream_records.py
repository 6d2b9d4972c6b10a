"""What is saved of tables' streams comes back as it was, and no reader stands past an end."""

from __future__ import annotations

from typing import Any

import pytest
from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb, lambda_svc

from localcloud.patches import stream_records

SCOPE, MAPPING = ("123456789012", "eu-west-1"), "mapping"
TABLE = (*SCOPE, "rows")
RECORDS = [
    {"eventID": name, "dynamodb": {"Keys": {"pk": {"S": name}}, "NewImage": {"b": {"B": "AA=="}}}}
    for name in ("first", "second")
]
READ_BEFORE = 40


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the emulator's modules, patched for the time of a test, without what they hold."""
    for module, name in (
        (dynamodb, "_stream_records"),
        (dynamodb, "_stream_trimmed"),
        (dynamodb, "_tables"),
        (lambda_svc, "_esms"),
        (lambda_svc, "_dynamodb_stream_positions"),
    ):
        monkeypatch.setattr(module, name, AccountRegionScopedDict())
    for module, name in (
        (dynamodb, "get_state"),
        (dynamodb, "load_persisted_state"),
        (lambda_svc, "load_persisted_state"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(lambda_svc, "_ensure_poller", lambda: None)
    stream_records.apply()
    return monkeypatch


def forget_streams() -> None:
    dynamodb._stream_records._data.clear()
    dynamodb._stream_trimmed._data.clear()


def saved_readers(read_to: int) -> dict[str, Any]:
    mappings, positions = AccountRegionScopedDict(), AccountRegionScopedDict()
    arn = f"arn:aws:dynamodb:{SCOPE[1]}:{SCOPE[0]}:table/{TABLE[2]}/stream/2026-11-01T00:00:00.000"
    mappings.set_scoped(*SCOPE, MAPPING, {"UUID": MAPPING, "EventSourceArn": arn})
    positions.set_scoped(*SCOPE, MAPPING, read_to)
    return {"esms": mappings, "dynamodb_stream_positions": positions}


def read_to() -> int:
    return int(lambda_svc._dynamodb_stream_positions.get_scoped(*SCOPE, MAPPING))


def test_records_come_back_at_the_places_that_they_had(emulator: Any) -> None:
    dynamodb._stream_records.set_scoped(*TABLE, RECORDS)
    dynamodb._stream_trimmed.set_scoped(*TABLE, READ_BEFORE)
    saved = dynamodb.get_state()
    forget_streams()

    dynamodb.load_persisted_state(saved)
    lambda_svc.load_persisted_state(saved_readers(READ_BEFORE + 1))

    account, region, table = TABLE
    assert read_to() == READ_BEFORE + 1
    assert dynamodb.stream_records_since(
        table, read_to(), 10, account_id=account, region=region
    ) == [RECORDS[1]]


def test_the_reader_of_a_stream_that_was_saved_without_records_misses_nothing_new(
    emulator: Any,
) -> None:
    dynamodb.load_persisted_state({"tables": {}})

    lambda_svc.load_persisted_state(saved_readers(READ_BEFORE))

    assert read_to() == 0


def test_a_state_without_anything_is_none(emulator: Any) -> None:
    dynamodb.load_persisted_state({})
    lambda_svc.load_persisted_state({})

    assert not lambda_svc._dynamodb_stream_positions.has_any()

"""Keeps over a restart what tables' streams hold, as AWS keeps it: for a day.

The emulator saves how many records each mapping has read, and none of the records. So a stream
began anew at 0 while its reader stood far behind that: what nobody had read was lost, and after it
as many records as had ever been read, without a word.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ministack.core import persistence
from ministack.services import dynamodb, lambda_svc

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Callable

SAVED_AS, POSITIONS = "understudy_streams", "dynamodb_stream_positions"


def apply() -> None:
    """Patch what saves and restores tables, and what restores their readers."""
    for name in ("_stream_records", "_stream_trimmed", "stream_end_position"):
        existing(dynamodb, name)
    existing(persistence, "_json_default")
    existing(persistence, "_json_object_hook")
    existing(lambda_svc, "_dynamodb_stream_positions")
    dynamodb.get_state = _saving(existing(dynamodb, "get_state"))
    dynamodb.load_persisted_state = _restoring(existing(dynamodb, "load_persisted_state"))
    restore_readers = existing(lambda_svc, "load_persisted_state")
    lambda_svc.load_persisted_state = lambda data: restore_readers(_none_past_the_end(data))


def _saving(save: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    return lambda: {**save(), SAVED_AS: [_saved(*each) for each in _streams()]}


def _streams() -> list[Any]:
    return list(dynamodb._stream_records.all_items())  # noqa: SLF001 - the patch


def _saved(scope: tuple[str, str, str], records: list[Any]) -> dict[str, Any]:
    account, region, table = scope
    begins_at = dynamodb.stream_start_position(table, account_id=account, region=region)
    # As one text, for the emulator's own writer takes a step of Python for every value.
    text = json.dumps(records, default=persistence._json_default)  # noqa: SLF001 - the patch
    return {"scope": [account, region, table], "begins_at": begins_at, "records": text}


def _restoring(restore: Callable[[Any], None]) -> Callable[[Any], None]:
    def restore_with_streams(data: Any) -> None:
        for each in (data or {}).get(SAVED_AS, []):
            _put_back(**each)
        # The tables come last: no stream of a table that is not there is read.
        restore(data)

    return restore_with_streams


def _put_back(scope: list[str], begins_at: int, records: str) -> None:
    hook = persistence._json_object_hook  # noqa: SLF001 - the patch
    dynamodb._stream_trimmed.set_scoped(*scope, begins_at)  # noqa: SLF001 - the patch
    dynamodb._stream_records.set_scoped(  # noqa: SLF001 - the patch
        *scope, json.loads(records, object_hook=hook)
    )


def _none_past_the_end(data: Any) -> Any:
    """Move readers back to their stream's end, which a save without records has left behind."""
    positions = (data or {}).get(POSITIONS)
    if positions is None:
        return data
    for scope, read_to in positions.all_items():
        account, region, _ = scope
        mapping = data["esms"].get_scoped(*scope) or {}
        table = str(mapping.get("EventSourceArn")).partition(":table/")[2].partition("/")[0]
        end = dynamodb.stream_end_position(table, account_id=account, region=region)
        positions.set_scoped(*scope, min(read_to, end))
    return data

"""The audit's rows as items of its table, and as its stream tells of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.adapters.aws.attributes import Attribute, Item, number, text
from understudy.adapters.aws.keys import key
from understudy.domain.audit_chain import Change, Row, Seal

KEYS = frozenset({"pk", "sk"})


def item_of(row: Row) -> Item:
    """Write a row."""
    fields = {name: _attribute(value) for name, value in row.fields.items()}
    return {**key(row.partition, row.sort), **fields}


def row_of(item: Mapping[str, Attribute]) -> Row:
    """Read a row with everything that is in it, whether or not our writers would write it."""
    fields = {name: _plain(value) for name, value in item.items() if name not in KEYS}
    return Row(item["pk"]["S"], item["sk"]["S"], fields)


def seals_in(event: Mapping[str, Any]) -> list[Seal]:
    """Read what an event of the table's stream says happened to rows, in order."""
    return [_seal(record) for record in event["Records"]]


def _seal(record: Mapping[str, Any]) -> Seal:
    change, keys = record["dynamodb"], record["dynamodb"]["Keys"]
    image = change.get("NewImage")
    return Seal(
        partition=keys["pk"]["S"],
        sort=keys["sk"]["S"],
        change=Change(record["eventName"]),
        hash=row_of({**image, **keys}).hash if image else "",
    )


def _attribute(value: object) -> Attribute:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return number(value)
        case Mapping():
            return {"M": {str(name): _attribute(each) for name, each in value.items()}}
    return text(str(value))


def _plain(attribute: Attribute) -> object:
    match attribute:
        case {"S": str(value)}:
            return value
        case {"BOOL": bool(value)}:
            return value
        case {"N": str(value)} if value.lstrip("-").isdigit():
            return int(value)
        case {"M": dict(value)}:
            return {name: _plain(each) for name, each in value.items()}
    return {"other": repr(attribute)}

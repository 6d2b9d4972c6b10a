"""The parts of a transaction: puts, deletes and checks under conditions that only compare. Pure."""

from __future__ import annotations

from typing import Any

from understudy.adapters.aws.attributes import Item, attributes_of, number, text
from understudy.domain.ownership import HAND, SymbolOwner, is_by_hand

Operation = dict[str, dict[str, Any]]
ABSENT = "attribute_not_exists(pk)"
PRESENT = "attribute_exists(pk)"
_SAME_VERSION = "#version = :version"
_VERSION_NAME = {"#version": "version"}


def put(table: str, item: Item) -> Operation:
    """Put an item, whatever was there."""
    return {"Put": {"TableName": table, "Item": item}}


def put_new(table: str, item: Item) -> Operation:
    """Put an item that must not exist."""
    return {"Put": {"TableName": table, "Item": item, "ConditionExpression": ABSENT}}


def put_record(table: str, key: Item, record: Any, more: Item | None = None) -> Operation:
    """Put a record under its next version while the stored version is the one that it carries."""
    return put_version(table, {**key, **attributes_of(record), **(more or {})}, record.version)


def put_version(table: str, item: Item, version: int) -> Operation:
    """Put an item under the version after this one, which must be the stored one (0: none)."""
    item = {**item, "version": number(version + 1)}
    if version == 0:
        return put_new(table, item)
    return {
        "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": _SAME_VERSION,
            "ExpressionAttributeNames": dict(_VERSION_NAME),
            "ExpressionAttributeValues": {":version": number(version)},
        }
    }


def check_version(table: str, key: Item, version: int) -> Operation:
    """Check that a stored record has this version."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": key,
            "ConditionExpression": _SAME_VERSION,
            "ExpressionAttributeNames": _VERSION_NAME,
            "ExpressionAttributeValues": {":version": number(version)},
        }
    }


def check_exists(table: str, key: Item) -> Operation:
    """Check that an item is there."""
    return check(table, key, PRESENT)


def check_active(table: str, key: Item) -> Operation:
    """Check that an item is there and not on its way out."""
    checked = check(table, key, "is_active = :yes")
    checked["ConditionCheck"]["ExpressionAttributeValues"] = {":yes": {"BOOL": True}}
    return checked


def check(table: str, key: Item, condition: str) -> Operation:
    """Check a condition that needs no values."""
    return {"ConditionCheck": {"TableName": table, "Key": key, "ConditionExpression": condition}}


def delete(table: str, key: Item) -> Operation:
    """Delete an item, if it is there."""
    return {"Delete": {"TableName": table, "Key": key}}


def take_owned(table: str, item: Item, owner: SymbolOwner) -> Operation:
    """Put an item that does not exist or has an owner whom this one may follow."""
    owners = {":follow": text(owner.follow_id)}
    if owner.before is not None:
        owners[":before"] = text(owner.before)
    fitting = [ABSENT, *(f"follow_id = {name}" for name in owners)]
    if is_by_hand(owner.follow_id):
        owners[":hand"] = text(HAND)
        fitting.append("begins_with(follow_id, :hand)")
    condition = {
        "ConditionExpression": " OR ".join(fitting),
        "ExpressionAttributeValues": owners,
    }
    return {"Put": {"TableName": table, "Item": item, **condition}}


def release_owned(table: str, key: Item, follow_id: str) -> Operation:
    """Delete an item that does not exist or belongs to this follow."""
    condition = {
        "ConditionExpression": f"{ABSENT} OR follow_id = :follow",
        "ExpressionAttributeValues": {":follow": text(follow_id)},
    }
    return {"Delete": {"TableName": table, "Key": key, **condition}}

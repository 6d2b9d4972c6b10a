"""The tables as the stores need them; the template defines the same ones."""

from __future__ import annotations

from typing import Any

PRIMARY_KEY = ("pk", "sk")
KEYS_ONLY: dict[str, Any] = {"ProjectionType": "KEYS_ONLY"}
NUMBERS = {"expires_at_ms", "attend_at_ms"}


def index(name: str, keys: tuple[str, ...], projection: dict[str, Any]) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": schema(*keys), "Projection": projection}


def schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


COPYING_INDEXES = [
    index("by_user", ("user_id", "listed_as"), KEYS_ONLY),
    index("by_copy", ("copy_id", "listed_as"), KEYS_ONLY),
    index("due", ("due_shard", "expires_at_ms"), KEYS_ONLY),
    index(
        "watched",
        ("watched_venue", "leader"),
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["wallet_id", "wallet_address"]},
    ),
]
COPYING: dict[str, Any] = {
    "GlobalSecondaryIndexes": COPYING_INDEXES,
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
IDENTITY: dict[str, Any] = {
    "GlobalSecondaryIndexes": [index("attended", ("attended_as", "attend_at_ms"), KEYS_ONLY)]
}
OPERATORS: dict[str, Any] = {}
MARKET: dict[str, Any] = {}
THROTTLE: dict[str, Any] = {}
DOOR: dict[str, Any] = {}


def attribute_types(definition: dict[str, Any]) -> dict[str, str]:
    """Give the type of every attribute that is part of a key."""
    schemas = [schema(*PRIMARY_KEY)]
    schemas += [each["KeySchema"] for each in definition.get("GlobalSecondaryIndexes", ())]
    names = {key["AttributeName"] for each in schemas for key in each}
    return {name: "N" if name in NUMBERS else "S" for name in sorted(names)}


def create(client: Any, name: str, definition: dict[str, Any]) -> str:
    """Create a table of such a definition and give its name."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=schema(*PRIMARY_KEY),
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind}
            for attribute, kind in attribute_types(definition).items()
        ],
        **definition,
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    return name

"""A read that does not ask for what is there now is answered as by a copy that is late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.stores.late_replica import LateReplica
from tests.contract.stores.tables import create

KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


@pytest.mark.parametrize("consistent", [False, True])
def test_only_who_asks_for_what_is_there_now_finds_it(
    moto_dynamodb: Any, *, consistent: bool
) -> None:
    for name in ("late", "other"):
        create(moto_dynamodb, name, {})
        moto_dynamodb.put_item(TableName=name, Item=KEY)
    client = LateReplica(moto_dynamodb, "late")
    condition = {
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": KEY["pk"]},
    }
    wanted = {name: {"Keys": [KEY], "ConsistentRead": consistent} for name in ("late", "other")}

    one = client.get_item(TableName="late", Key=KEY, ConsistentRead=consistent)
    queried = client.query(TableName="late", ConsistentRead=consistent, **condition)
    scanned = client.scan(TableName="late", ConsistentRead=consistent)
    batch = client.batch_get_item(RequestItems=wanted)["Responses"]

    found = [KEY] if consistent else []
    assert ("Item" in one) is consistent
    assert [queried["Items"], scanned["Items"], batch["late"]] == [found] * 3
    assert batch["other"] == [KEY]

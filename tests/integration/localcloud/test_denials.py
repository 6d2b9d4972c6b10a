"""What a role is denied is remembered by role, action and resource, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud.roles import acting, allows

if TYPE_CHECKING:
    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

READS = "dynamodb:GetItem"


def denials(cloud: RunningStack, action: str) -> dict[str, int]:
    """Give how often each role was denied an action on the sample's table."""
    table = f"table/{cloud.outputs['Table']}"
    return {
        each.role: each.count
        for each in cloud.denials()
        if each.action == action and each.resource.endswith(table)
    }


def test_a_denied_request_is_counted_for_its_role(cloud: RunningStack) -> None:
    asked = {"TableName": cloud.outputs["Table"], "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
    before = denials(cloud, READS)
    with acting(cloud, "dynamodb") as tables:
        for _ in range(2):
            with pytest.raises(ClientError, match="AccessDenied"):
                tables.get_item(**asked)

    after = denials(cloud, READS)
    (role,) = after.keys() - before.keys()
    assert role.startswith("role-")
    assert after[role] == 2


def test_what_is_allowed_or_fails_for_another_reason_is_no_denial(cloud: RunningStack) -> None:
    before = denials(cloud, READS)
    fails = pytest.raises(ClientError, match="ValidationException")
    with acting(cloud, "dynamodb", allows(READS, "*")) as tables, fails:
        tables.get_item(TableName=cloud.outputs["Table"], Key={"none": {"S": "a"}})

    assert denials(cloud, READS) == before

"""The key's encryption context is a condition that a role must meet, here as on AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration


def sign(cloud: RunningStack, context: dict[str, str]) -> dict[str, Any]:
    answer = (
        cloud.session()
        .client("lambda")
        .invoke(FunctionName=cloud.stack.functions["SignerFunction"], Payload=json.dumps(context))
    )
    return dict(json.loads(answer["Payload"].read()))


@pytest.mark.parametrize(
    "context",
    [
        {"purpose": "steal", "agent_id": "a"},
        {"purpose": "Sign", "agent_id": "a"},
        {"purpose": "sign"},
        {"agent_id": "a"},
        {},
    ],
)
def test_a_wrong_or_missing_context_is_refused(
    cloud: RunningStack, context: dict[str, str]
) -> None:
    assert "AccessDeniedException" in sign(cloud, context)["errorMessage"]


def test_the_right_context_unwraps(cloud: RunningStack) -> None:
    assert sign(cloud, {"purpose": "sign", "agent_id": "a"}) == {
        "plain": "01",
        "words": "shared secret",
    }

"""Evaluates the making of an alias on the alias that it names, as on AWS.

Without it only a policy for every resource lets anybody make one here.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions

from localcloud.patches.attributes import existing


def named_resource(service: str, body: bytes, region: str, account_id: str) -> str:
    """Return the ARN of the alias that a KMS request is about to make, '' for any other one."""
    name = json.loads(body or b"{}").get("AliasName", "") if service == "kms" else ""
    return f"arn:aws:kms:{region}:{account_id}:{name}" if name else ""


def apply() -> None:
    """Give such a request its resource."""
    original = existing(iam_actions, "extract_resource_arn")

    def with_alias(
        service: str, method: str, path: str, headers: Any, body: bytes, *more: Any
    ) -> str:
        _, region, account_id = more
        named = named_resource(service, body, region, account_id)
        return named or str(original(service, method, path, headers, body, *more))

    iam_actions.extract_resource_arn = with_alias

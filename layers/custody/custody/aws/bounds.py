"""The writes of a wallet's bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody.aws import keys as at
from understudy.adapters.aws.attributes import attributes_of, number

if TYPE_CHECKING:
    from custody.agents import Bounds
    from understudy.adapters.aws.operations import Operation

# Both or neither are there, so that this writes both or nothing.
_KEEP = (
    "SET policy = if_not_exists(policy, :policy),"
    " policy_version = if_not_exists(policy_version, :version)"
)


def keep_bounds(table: str, wallet_mark: str, bounds: Bounds) -> Operation:
    """Bound a wallet, unless something bounds it already."""
    return {
        "Update": {
            "TableName": table,
            "Key": at.policy(wallet_mark),
            "UpdateExpression": _KEEP,
            "ExpressionAttributeValues": {
                ":policy": {"M": attributes_of(bounds.policy)},
                ":version": number(bounds.version),
            },
        }
    }

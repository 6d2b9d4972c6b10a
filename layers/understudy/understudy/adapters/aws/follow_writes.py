"""What writing a follow consists of: the follow and its places with leader, venue and wallet.

Each place says what should be, so that writing it again changes nothing. Pure.
"""

from __future__ import annotations

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, attributes_of, text
from understudy.adapters.aws.operations import Operation, delete, put, put_new, put_record
from understudy.adapters.following import entry_of, receives_trades
from understudy.adapters.listing import follow_order
from understudy.domain.follows import Follow, FollowStatus


def follow_writes(table: str, follow: Follow) -> list[Operation]:
    """Write a follow under its version and keep what is derived from it in step."""
    places = [_record(table, follow), _shard_entry(table, follow), _follower(table, follow)]
    on_wallet = at.wallet_follow(follow)
    if follow.version == 0:
        places.append(put_new(table, {**on_wallet, "follow_id": text(follow.follow_id)}))
    elif follow.status is FollowStatus.DELETED:
        places.append(delete(table, on_wallet))
    return places


def _record(table: str, follow: Follow) -> Operation:
    more: Item = {"listed_as": text(follow_order(follow))}
    if receives_trades(follow):
        more["watched_venue"] = text(follow.venue)
    write = put_record(table, at.follow(follow.follow_id), follow, more)
    if follow.version:
        # A deleted follow stays as it is: its wallet may follow the leader again by then.
        write["Put"]["ConditionExpression"] += " AND #status <> :deleted"
        write["Put"]["ExpressionAttributeNames"] |= {"#status": "status"}
        write["Put"]["ExpressionAttributeValues"] |= {":deleted": text(FollowStatus.DELETED)}
    return write


def _shard_entry(table: str, follow: Follow) -> Operation:
    key = at.shard_entry(follow)
    if not receives_trades(follow):
        return delete(table, key)
    return put(table, {**key, **attributes_of(entry_of(follow))})


def _follower(table: str, follow: Follow) -> Operation:
    change = "ADD" if receives_trades(follow) else "DELETE"
    return {
        "Update": {
            "TableName": table,
            "Key": at.followers(follow.venue, follow.wallet_address),
            "UpdateExpression": f"{change} follows :follow",
            "ExpressionAttributeValues": {":follow": {"SS": [follow.follow_id]}},
        }
    }

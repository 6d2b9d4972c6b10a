"""What lies around a follow: the keys to ask for in one batch, and how the answer is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from understudy.adapters.aws import keys as at
from understudy.adapters.aws import switch_items
from understudy.adapters.aws.attributes import Item, record_of
from understudy.domain.follows import Account, Follow, Lane, Marks
from understudy.domain.ids import FollowId
from understudy.domain.leaders import LeaderAccount
from understudy.domain.markets import Market
from understudy.domain.receipts import Receipt
from understudy.ports.copying import Surroundings


class Found:
    """Items by their keys; what was asked for and is not there does not exist."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = {_name(item): item for item in items}

    def at(self, key: Item) -> Item | None:
        """Give the item under a key."""
        return self._items.get(_name(key))


def keys_around(follow: Follow, symbol: str, seq: int) -> list[Item]:
    """List the keys in the copying table, each once; `seq` above 0 asks for that receipt."""
    wanted = [
        at.lane(follow.wallet_id),
        at.owner(follow.wallet_id, symbol),
        at.account(follow.wallet_id),
        at.book(follow.venue, follow.leader),
        *switch_items.keys_for(follow),
    ]
    if seq > 0:
        wanted.append(at.receipt(follow.follow_id, seq))
    return list({_name(key): key for key in wanted}.values())


def surroundings_in(
    found: Found, follow: Follow, symbol: str, seq: int, market: Market | None, marks: Marks
) -> Surroundings:
    """Read the surroundings: no owner, no account and every switch off where nothing stands."""
    lane = found.at(at.lane(follow.wallet_id))
    owner = found.at(at.owner(follow.wallet_id, symbol))
    account = found.at(at.account(follow.wallet_id))
    receipt = found.at(at.receipt(follow.follow_id, seq))
    return Surroundings(
        lane=record_of(Lane, lane) if lane else Lane(follow.wallet_id),
        owner=FollowId(owner["follow_id"]["S"]) if owner else None,
        account=record_of(Account, account) if account else None,
        leader_account=_leader_account(found.at(at.book(follow.venue, follow.leader))),
        switches=switch_items.switches_in(found.at, follow),
        market=market,
        marks=marks,
        receipt=record_of(Receipt, receipt) if receipt else None,
    )


def _leader_account(book: Mapping[str, Item] | None) -> LeaderAccount | None:
    if book is None or "account" not in book:
        return None
    return record_of(LeaderAccount, book["account"]["M"])


def _name(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]

"""What lies around places: the keys to ask for in one batch, and how the answer is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from understudy.adapters.aws import keys as at
from understudy.adapters.aws import switch_items
from understudy.adapters.aws.attributes import Item, record_of
from understudy.domain.follows import Account, Follow, Marks
from understudy.domain.ids import FollowId
from understudy.domain.lanes import Lane
from understudy.domain.leaders import LeaderAccount
from understudy.domain.markets import Market
from understudy.domain.receipts import Receipt
from understudy.ports.copying import Place, Surroundings


class Found:
    """Items by their keys, markets and marks by venue; what is not there does not exist.

    Records that places share are read out of their items once.
    """

    def __init__(
        self,
        items: Iterable[Item],
        markets: Mapping[str, Mapping[str, Market]],
        marks: Mapping[str, Marks],
    ) -> None:
        self._items = {_name(item): item for item in items}
        self._markets = markets
        self._marks = marks
        self._leaders: dict[tuple[str, str], LeaderAccount | None] = {}

    def around(self, place: Place) -> Surroundings:
        """Read what is around: no owner, no account and every switch off where nothing stands."""
        follow, symbol = place.follow, place.symbol
        lane = self._at(at.lane(follow.wallet_id))
        owner = self._at(at.owner(follow.wallet_id, symbol))
        account = self._at(at.account(follow.wallet_id))
        receipt = self._at(at.receipt(follow.follow_id, place.seq))
        return Surroundings(
            lane=record_of(Lane, lane) if lane else Lane(follow.wallet_id),
            owner=FollowId(owner["follow_id"]["S"]) if owner else None,
            account=record_of(Account, account) if account else None,
            leader_account=self._leader_account(follow),
            switches=switch_items.switches_in(self._at, follow),
            market=self._markets[follow.venue].get(symbol),
            marks=self._marks[follow.venue],
            receipt=record_of(Receipt, receipt) if receipt else None,
        )

    def _leader_account(self, follow: Follow) -> LeaderAccount | None:
        leader = (follow.venue, follow.leader)
        if leader not in self._leaders:
            self._leaders[leader] = _leader_account(self._at(at.book(*leader)))
        return self._leaders[leader]

    def _at(self, key: Item) -> Item | None:
        return self._items.get(_name(key))


def keys_around(places: Iterable[Place]) -> list[Item]:
    """List the keys in the copying table that are around these places, each once."""
    wanted = (key for place in places for key in _keys_around(place))
    return list({_name(key): key for key in wanted}.values())


def _keys_around(place: Place) -> list[Item]:
    follow = place.follow
    wanted = [
        at.lane(follow.wallet_id),
        at.owner(follow.wallet_id, place.symbol),
        at.account(follow.wallet_id),
        at.book(follow.venue, follow.leader),
        *switch_items.keys_for(follow),
    ]
    if place.seq > 0:
        wanted.append(at.receipt(follow.follow_id, place.seq))
    return wanted


def _leader_account(book: Item | None) -> LeaderAccount | None:
    if book is None or "account" not in book:
        return None
    return record_of(LeaderAccount, book["account"]["M"])


def _name(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]

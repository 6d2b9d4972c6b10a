"""A leader's own leverage, learned once the venue shows a position that was opened without it."""

from __future__ import annotations

from collections.abc import Mapping

from understudy.domain.errors import ConflictError, VenueUnreachableError
from understudy.domain.leaders import LeaderBook
from understudy.domain.replacing import replace
from understudy.messages import LearnLeverage
from understudy.ports.copying import LeaderStore, MarketStore
from understudy.ports.venue import Venue

STORE_TRIES = 8


def learn_leverage(
    leaders: LeaderStore,
    markets: MarketStore,
    venues: Mapping[str, Venue],
    command: LearnLeverage,
) -> None:
    """Ask once and remember; without an answer the next repair of the book learns it as well."""
    market = markets.markets(command.venue).get(command.symbol)
    if market is None:
        return
    try:
        shown = venues[command.venue].leader_leverages(command.leader, market.dex)
    except VenueUnreachableError:
        return
    for _ in range(STORE_TRIES):
        try:
            _remember(leaders, command, shown)
        except ConflictError:
            continue  # trades of the leader come first
        return


def _remember(leaders: LeaderStore, command: LearnLeverage, shown: Mapping[str, int]) -> None:
    book: LeaderBook = leaders.leader_book(command.venue, command.leader)
    if book.account is None or shown.items() <= book.account.leverages.items():
        return
    account = replace(book.account, leverages={**book.account.leverages, **shown})
    leaders.store_book(replace(book, account=account))

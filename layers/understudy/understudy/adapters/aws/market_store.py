"""Markets and marks in the market table; what is known of markets is kept for a minute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from understudy.adapters.aws import keys as at
from understudy.adapters.aws.attributes import Item, attributes_of, record_of
from understudy.adapters.aws.mark_items import marks_attribute, marks_in
from understudy.adapters.aws.operations import put_version
from understudy.adapters.aws.table import Table, Wanted
from understudy.adapters.marks import NO_MARKS, newest
from understudy.adapters.storable import refuse_unstorable
from understudy.domain.errors import ConflictError, DependencyError
from understudy.domain.follows import Marks
from understudy.domain.markets import Market
from understudy.ports.clock import Clock

MARKETS_KEPT_MS = 60_000
_MERGES = 5


class DynamoMarketStore:
    """Implements `MarketStore` on the market table."""

    def __init__(self, market: Table, clock: Clock) -> None:
        self._table = market
        self._clock = clock
        self._markets: dict[str, tuple[int, Mapping[str, Market]]] = {}
        self._written: dict[str, tuple[int, Marks]] = {}

    def markets(self, venue: str) -> Mapping[str, Market]:
        """Give every market by symbol, as it was at most a minute ago."""
        read_at_ms, markets = self._markets.get(venue, (0, {}))
        now = self._clock.now_ms()
        if not markets or now - read_at_ms >= MARKETS_KEPT_MS:
            markets = self._read_markets(venue)
            self._markets[venue] = (now, markets)
        return markets

    def marks(self, venue: str) -> Marks:
        """Give the newest mark of every symbol that has one."""
        return self._read_marks(venue)[1]

    def marks_wanted(self, venues: Iterable[str]) -> Wanted:
        """Give the part of a batch of gets that asks for the marks of venues."""
        return {self._table.name: {"Keys": [at.marks(venue) for venue in venues]}}

    def marks_from(
        self, answer: Mapping[str, Sequence[Item]], venues: Iterable[str]
    ) -> Mapping[str, Marks]:
        """Read the marks of venues from the answer to a batch of gets."""
        found = {item["pk"]["S"]: marks_in(item) for item in answer[self._table.name]}
        return {venue: found.get(at.venue_partition(venue), NO_MARKS) for venue in venues}

    def put_markets(self, venue: str, markets: Sequence[Market]) -> None:
        """Replace what is known of these markets; those that did not change are not written."""
        for market in markets:
            refuse_unstorable(market)
        known = self._read_markets(venue)
        changed = [market for market in markets if known.get(market.symbol) != market]
        items = [{**at.market(venue, each.symbol), **attributes_of(each)} for each in changed]
        self._table.put_many(items)
        self._markets.pop(venue, None)

    def put_marks(self, venue: str, marks: Marks) -> None:
        """Merge newer marks in, again while someone else writes them too."""
        for _ in range(_MERGES):
            version, known = self._last_written(venue) or self._read_marks(venue)
            merged = newest(known, marks)
            refuse_unstorable(merged)
            item = {**at.marks(venue), "marks": marks_attribute(merged)}
            try:
                self._table.put_when(put_version(self._table.name, item, version))
            except ConflictError:
                continue
            self._written[venue] = (version + 1, merged)
            return
        raise DependencyError("others keep writing the marks of this venue", venue=venue)

    def _last_written(self, venue: str) -> tuple[int, Marks] | None:
        return self._written.pop(venue) if venue in self._written else None

    def _read_markets(self, venue: str) -> Mapping[str, Market]:
        items = self._table.partition(at.venue_partition(venue), at.MARKET)
        return {item["symbol"]["S"]: record_of(Market, item) for item in items}

    def _read_marks(self, venue: str) -> tuple[int, Marks]:
        item = self._table.get(at.marks(venue))
        return (int(item["version"]["N"]), marks_in(item)) if item else (0, NO_MARKS)

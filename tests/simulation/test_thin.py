"""A venue with little to be had, whose lists are slow, says so as the real one does."""

from __future__ import annotations

from collections import Counter, defaultdict
from decimal import Decimal

from tests.fakes.builders import ADDRESS, market
from tests.fakes.venue_books import NO_MATCH, Order
from tests.simulation.lists import LATE_MS, UNLISTED_MS, SlowLists
from tests.simulation.loop import Loop, LoopClock
from tests.simulation.thin import AT_TWO_PRICES, IN_PART, NOT_AT_ALL, ThinBooks
from tests.simulation.venue import SimulatedVenue
from understudy.domain.account_history import OwnFill
from understudy.domain.intents import Accepted
from understudy.domain.money import ZERO
from understudy.domain.trades import Side
from understudy.ports.venue import NotFound, OrderReport, StillOpen

BTC = market("BTC")
ASKED = Decimal("0.7")
PRICE, LIMIT = Decimal("60000.00"), Decimal("60020.00")
ORDERS = 400


class Stage:
    """A venue whose lists and books are slow and thin at given shares."""

    def __init__(self, *, slow: float = 0.0, thin: float = 0.0) -> None:
        self.loop = Loop(0)
        self.noted: Counter[str] = Counter()
        clock, note = LoopClock(self.loop), self.noted.update
        self.lists = SlowLists(clock, slow, "seed", lambda kind: note([kind]))
        self.books = ThinBooks(thin, "seed", lambda kind: note([kind]))
        self.venue = SimulatedVenue(
            clock, [BTC], self.lists, self.books, lambda _: None, lambda *_: None
        )
        self.venue.set_price("BTC", str(PRICE))

    def buy(self, name: str) -> Accepted | str:
        """Let the venue take an order."""
        self.lists.take(name)
        order = Order(BTC, Side.BUY, ASKED, LIMIT, reduce_only=False, client_order_id=name)
        return self.books.place(ADDRESS, order, self.loop.now_ms)

    def report(self, name: str) -> OrderReport:
        """Ask what became of an order."""
        return self.venue.order_report(ADDRESS, name)

    def listed(self) -> list[OwnFill]:
        """Ask for the account's fills."""
        return list(self.venue.own_fills_since(ADDRESS, 0))


def test_what_a_thin_book_takes_of_an_order_is_what_it_fills_reports_and_holds() -> None:
    stage = Stage(thin=0.5)
    taken = {str(number): stage.buy(str(number)) for number in range(ORDERS)}
    filled: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for own in stage.listed():
        assert PRICE <= own.fill.price <= LIMIT
        filled[own.client_order_id] += own.fill.size

    sizes = {name: each.filled_size for name, each in taken.items() if isinstance(each, Accepted)}
    refused = [each for each in taken.values() if isinstance(each, str)]

    assert filled == sizes
    assert stage.books.account(ADDRESS).held("BTC") == sum(sizes.values())
    assert refused == [NO_MATCH] * stage.noted[NOT_AT_ALL] != []
    assert sum(ZERO < size < ASKED for size in sizes.values()) == stage.noted[IN_PART] > 0
    assert all(size == BTC.lot_size(size) for size in sizes.values())
    for name, size in sizes.items():
        report = stage.report(name)
        assert isinstance(report, Accepted)
        assert report.filled_size == size


def test_an_order_at_two_prices_is_one_order_of_two_fills_at_their_mean_price() -> None:
    stage = Stage(thin=0.5)
    taken = {str(number): stage.buy(str(number)) for number in range(ORDERS)}
    fills: defaultdict[str, list[OwnFill]] = defaultdict(list)
    for own in stage.listed():
        fills[own.client_order_id].append(own)

    in_two = {name: each for name, each in fills.items() if len(each) > 1}

    assert len(in_two) == stage.noted[AT_TWO_PRICES] > 0
    for name, (first, second) in in_two.items():
        answer = taken[name]
        assert isinstance(answer, Accepted)
        assert first.order_id == second.order_id == answer.order_id
        cost = first.fill.size * first.fill.price + second.fill.size * second.fill.price
        assert first.fill.price < answer.average_price < second.fill.price
        assert abs(answer.average_price * answer.filled_size - cost) < Decimal("1e-9")


def test_what_ceased_being_thin_fills_every_order_whole() -> None:
    stage = Stage(thin=1.0)
    stage.books.cease()

    assert stage.buy("a") == Accepted(ASKED, PRICE, "1")
    assert not stage.noted


def test_an_order_that_was_just_taken_may_be_unknown_to_the_venue_for_a_moment() -> None:
    stage = Stage(slow=1.0)
    stage.buy("a")

    assert stage.report("a") == NotFound()
    stage.loop.leap(max(UNLISTED_MS))
    assert stage.report("a") != NotFound()


def test_the_last_fill_of_an_order_is_listed_late_and_what_is_listed_is_no_answer_yet() -> None:
    stage = Stage(thin=0.5)
    names = [str(number) for number in range(ORDERS)]
    for name in names:
        stage.buy(name)
    whole = stage.listed()
    late = Stage(slow=1.0, thin=0.5)
    for name in names:
        late.buy(name)
    late.loop.leap(max(UNLISTED_MS))

    reports = {name: late.report(name) for name in names}

    last = {own.client_order_id: own for own in whole}
    told_late = {name for name, each in reports.items() if each == StillOpen()}
    assert told_late == set(last)
    assert late.listed() == [own for own in whole if own is not last[own.client_order_id]] != []
    late.loop.leap(max(LATE_MS))
    assert late.listed() == whole
    assert all(isinstance(late.report(name), Accepted) for name in last)

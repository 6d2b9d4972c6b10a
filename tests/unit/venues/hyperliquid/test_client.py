"""Which questions the client asks, and how it puts pages and dexes together; no sockets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.venues.hyperliquid.client import HyperliquidVenue
from understudy.adapters.venues.hyperliquid.constants import Chain
from understudy.adapters.venues.hyperliquid.rest import Rest
from understudy.domain.errors import VenueUnreachableError
from understudy.domain.follows import AccountMode
from understudy.domain.ids import WalletId
from understudy.domain.intents import Accepted
from understudy.ports.venue import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable

USER = "0x" + "11" * 20
NOW_MS = 1_800_000_000_000
PAGE = 500


class ScriptedRest(Rest):
    """Answers questions by their type; what was asked stands in `asked`."""

    def __init__(self, **answers: Any) -> None:
        super().__init__("http://127.0.0.1:9")
        self._answers = answers
        self.asked: list[dict[str, Any]] = []

    def ask(self, question: dict[str, Any], *, urgent: bool = False) -> Any:
        self.asked.append(question)
        answer = self._answers[question["type"]]
        return answer(question) if callable(answer) else answer


def _venue(**answers: Any) -> HyperliquidVenue:
    return HyperliquidVenue(ScriptedRest(**answers), Chain.TESTNET, ManualClock(NOW_MS))


def _row(time_ms: int, tid: int, **changes: Any) -> dict[str, Any]:
    row = {
        "coin": "BTC",
        "px": "100",
        "sz": "1",
        "side": "B",
        "time": time_ms,
        "startPosition": "0",
        "dir": "Open Long",
        "closedPnl": "0",
        "oid": 9,
        "fee": "0.05",
        "tid": tid,
    }
    return row | changes


def _pages_of(rows: list[dict[str, Any]], size: int = PAGE) -> Callable[[dict[str, Any]], Any]:
    def answer(question: dict[str, Any]) -> list[dict[str, Any]]:
        return [row for row in rows if row["time"] >= question["startTime"]][:size]

    return answer


def _tids(venue: HyperliquidVenue, start_ms: int = 0) -> list[str]:
    return [fill.tid for fill in venue.fills_since(USER, start_ms)]


def test_a_page_that_ends_within_a_millisecond_loses_and_doubles_nothing() -> None:
    rows = [_row(1000 + n // 3, n) for n in range(1300)]
    venue = _venue(userFillsByTime=_pages_of(rows), userTwapSliceFillsByTime=[])

    assert _tids(venue) == [str(n) for n in range(1300)]


def test_pages_that_run_from_new_to_old_give_the_same_order() -> None:
    rows = [_row(1000 + n // 3, n) for n in range(1300)]
    forward = _pages_of(rows)
    venue = _venue(
        userFillsByTime=lambda question: forward(question)[::-1], userTwapSliceFillsByTime=[]
    )

    assert _tids(venue) == [str(n) for n in range(1300)]


def test_a_millisecond_that_fills_a_page_does_not_stop_the_reading() -> None:
    rows = [_row(1000, n) for n in range(PAGE)] + [_row(1001, PAGE)]
    venue = _venue(userFillsByTime=_pages_of(rows), userTwapSliceFillsByTime=[])

    assert _tids(venue)[-1] == str(PAGE)


def test_an_account_that_never_ends_is_an_error_not_a_loop() -> None:
    endless = _venue(
        userFillsByTime=lambda q: [_row(q["startTime"] + n, n) for n in range(PAGE)],
        userTwapSliceFillsByTime=[],
    )

    with pytest.raises(VenueUnreachableError):
        endless.fills_since(USER, 0)


def test_slices_of_a_time_weighted_order_stand_among_the_fills() -> None:
    venue = _venue(
        userFillsByTime=[_row(1, 1), _row(3, 3)],
        userTwapSliceFillsByTime=[{"fill": _row(2, 2), "twapId": 7}],
    )

    assert _tids(venue) == ["1", "2", "3"]


def test_a_fill_of_an_unknown_shape_is_an_unanswered_question() -> None:
    venue = _venue(userFillsByTime=[{"coin": "BTC"}], userTwapSliceFillsByTime=[])

    with pytest.raises(VenueUnreachableError):
        venue.fills_since(USER, 0)


def test_an_order_is_reported_with_the_fills_of_its_own_number() -> None:
    order = {"coin": "BTC", "oid": 9, "sz": "0", "origSz": "2", "timestamp": 1000}
    venue = _venue(
        orderStatus={"status": "order", "order": {"order": order, "status": "filled"}},
        userFillsByTime=[_row(1000, 1), _row(1000, 2, oid=8), _row(1000, 3, px="200")],
    )

    report = venue.order_report(USER, "0xcloid")

    assert report == Accepted(Decimal(2), Decimal(150), "9", Decimal("0.10"))


def test_an_unknown_order_costs_one_question() -> None:
    rest = ScriptedRest(orderStatus={"status": "unknownOid"})
    venue = HyperliquidVenue(rest, Chain.TESTNET, ManualClock(NOW_MS))

    assert venue.order_report(USER, "0xcloid") == NotFound()
    assert [question["type"] for question in rest.asked] == ["orderStatus"]


def _state(value: str) -> dict[str, Any]:
    summary = {"accountValue": value, "totalMarginUsed": "0"}
    return {"marginSummary": summary, "assetPositions": [], "time": NOW_MS - 5}


def test_a_standard_account_is_read_dex_by_dex() -> None:
    venue = _venue(
        userAbstraction="disabled",
        clearinghouseState=lambda q: _state("5" if q["dex"] else "20"),
    )

    account = venue.account(WalletId("w"), USER, ["", "xyz"])

    assert (account.mode, account.read_at_ms) == (AccountMode.STANDARD, NOW_MS)
    assert account.equity == {"": Decimal(20), "xyz": Decimal(5)}


def test_a_unified_leaders_equity_is_the_spot_balance() -> None:
    balances = [{"coin": "USDC", "total": "900", "hold": "100"}]
    venue = _venue(
        userAbstraction="unifiedAccount",
        spotClearinghouseState={"balances": balances},
        clearinghouseState=_state("0"),
    )

    snapshot = venue.leader_snapshot(USER, ["", "xyz"])

    assert snapshot.account.equity == Decimal(800)
    assert snapshot.time_ms == NOW_MS - 5


@pytest.mark.parametrize(("age_ms", "asked"), [(0, 0), (599_999, 0), (600_000, 1)])
def test_a_leaders_mode_is_asked_for_every_ten_minutes(age_ms: int, asked: int) -> None:
    rest = ScriptedRest(userAbstraction="disabled", clearinghouseState=_state("20"))
    clock = ManualClock(NOW_MS)
    venue = HyperliquidVenue(rest, Chain.TESTNET, clock)
    before = venue.leader_snapshot(USER, [""]).account
    rest.asked.clear()
    clock.advance(age_ms)

    after = venue.leader_snapshot(USER, [""], before=before).account

    assert [question["type"] for question in rest.asked].count("userAbstraction") == asked
    assert after.mode is AccountMode.STANDARD


def test_markets_of_all_dexes_are_numbered_by_the_place_of_their_dex() -> None:
    meta = {"universe": [{"name": "A", "szDecimals": 2, "maxLeverage": 5}]}
    venue = _venue(perpDexs=[None, {"name": "xyz"}, {"name": "flx"}], meta=meta)

    assert [market.asset for market in venue.markets()] == [0, 110_000, 120_000]


def _payment(time_ms: int, coin: str = "BTC") -> dict[str, Any]:
    return {"time": time_ms, "hash": "0x0", "delta": {"coin": coin, "usdc": "-0.5"}}


def test_funding_of_many_positions_in_one_millisecond_is_lost_and_doubled_on_no_page() -> None:
    rows = [_payment(1000 + n // 3, f"C{n % 3}") for n in range(1300)]
    venue = _venue(userFunding=_pages_of(rows))

    payments = venue.funding_since(USER, 0)

    assert [(each.time_ms, each.symbol) for each in payments] == [
        (row["time"], row["delta"]["coin"]) for row in rows
    ]


def test_funding_that_never_ends_is_an_error_not_a_loop() -> None:
    endless = _venue(userFunding=lambda q: [_payment(q["startTime"] + n) for n in range(PAGE)])

    with pytest.raises(VenueUnreachableError):
        endless.funding_since(USER, 0)


def test_funding_of_an_unknown_shape_is_an_unanswered_question() -> None:
    with pytest.raises(VenueUnreachableError):
        _venue(userFunding=[{"time": 1}]).funding_since(USER, 0)

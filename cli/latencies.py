"""How long the stages of the copies took: by the venue's own clock, and by the receipts."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Any

from understudy.domain.receipts import CopyStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Evidence = dict[str, Any]
FRAME_TO_ORDER = "frame_to_order"
WAITS_ON_PURPOSE = "frame_to_order_throttled"
STAGES = ("seen", "stored", "queued", "decided", "signed", "sent", "answered")
WARM_UP_TRADES = 10
LONG_RUN_TRADES = 60
TENTH = Decimal("0.1")
_SIDES = {"B": "buy", "A": "sell"}


def latencies_of(evidence: Evidence) -> dict[str, list[Decimal]]:
    """Return every measured time in ms by stage; `frame_to_order` is the venue's clock alone.

    Follows that are throttled wait on purpose and stand in a stage of their own. Of a longer run
    the first trades are left out: they start the functions.
    """
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    release = evidence["release"]
    warm = release[WARM_UP_TRADES:] if len(release) > LONG_RUN_TRADES else release
    sent = {_trade_key(each): Decimal(each["sent_ms"]) for each in warm}
    received = _received(evidence["books"])
    for follow in evidence["follows"]:
        throttled = follow["limits"].get("mode", "realtime") != "realtime"
        stage = WAITS_ON_PURPOSE if throttled else FRAME_TO_ORDER
        for receipt in follow["receipts"]:
            left_ms = sent.get(_receipt_key(receipt))
            order_ms = _first_order(receipt, received)
            if left_ms is not None and order_ms is not None:
                found[stage].append(order_ms - left_ms)
                if not throttled:
                    _add_stages(found, receipt["stages"], left_ms)
    return dict(found)


def copies_done(evidence: Evidence, release: Sequence[Mapping[str, Any]]) -> int:
    """Count the copies of these trades that were done."""
    trades = {_trade_key(each) for each in release}
    return sum(
        receipt["status"] == CopyStatus.DONE and _receipt_key(receipt) in trades
        for follow in evidence["follows"]
        for receipt in follow["receipts"]
    )


def summary(times_ms: Sequence[Decimal]) -> dict[str, Any]:
    """Return median, 99th percentile and count; percentiles are times that were measured."""
    ordered = sorted(times_ms)
    return {"p50": float(_at(ordered, 50)), "p99": float(_at(ordered, 99)), "n": len(ordered)}


def _at(ordered: Sequence[Decimal], percent: int) -> Decimal:
    place = (Decimal(len(ordered) * percent) / 100).to_integral_value(ROUND_CEILING)
    return ordered[max(0, int(place) - 1)].quantize(TENTH) + 0  # which makes -0.0 plain zero


def _trade_key(release: Mapping[str, Any]) -> tuple[str, str, int]:
    return release["symbol"], _SIDES[release["side"]], int(release["time_ms"])


def _receipt_key(receipt: Mapping[str, Any]) -> tuple[str, str, int]:
    return receipt["symbol"], receipt["leader_side"], int(receipt["leader_time_ms"])


def _received(books: Mapping[str, Any]) -> dict[str, Decimal]:
    orders = (order for account in books.values() for order in account["orders"])
    return {each["cloid"]: Decimal(each["received_ms"]) for each in orders if each["cloid"]}


def _first_order(receipt: Mapping[str, Any], received: Mapping[str, Decimal]) -> Decimal | None:
    named = (received.get(leg["client_order_id"]) for leg in receipt["legs"])
    return min((at_ms for at_ms in named if at_ms is not None), default=None)


def _add_stages(
    found: defaultdict[str, list[Decimal]], stages: Mapping[str, Any], left_ms: Decimal
) -> None:
    for name, took_ms in _steps(stages, left_ms):
        found[name].append(took_ms)


def _steps(stages: Mapping[str, Any], left_ms: Decimal) -> Iterator[tuple[str, Decimal]]:
    before, before_ms = "frame", left_ms
    for name in STAGES:
        if name in stages:
            at_ms = Decimal(stages[name])
            yield f"{before}_to_{name}", at_ms - before_ms
            before, before_ms = name, at_ms

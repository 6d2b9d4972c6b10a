"""Reads evidence, of a file or decoded: what it must hold, field by field."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from simulators.judge.evidence import (
    BUY,
    SELL,
    Adjustment,
    Evidence,
    EvidenceError,
    Follow,
    Intervention,
    Leg,
    Market,
    Receipt,
    RecordedFill,
    Release,
    VenueAccount,
    VenueFill,
    VenueOrder,
)
from simulators.judge.exact import ZERO
from simulators.judge.fields import Fields
from simulators.judge.reading_limits import read_limits
from simulators.judge.requests import RefusedAction, Requests

_SIGNS = {"B": BUY, "buy": BUY, "A": SELL, "sell": SELL}
_KINDS = frozenset({"open", "add", "reduce", "close", "flip"})
_STATUSES = frozenset(
    {"CLAIMED", "WAITING", "DONE", "SKIPPED", "CARRIED", "EXPIRED", "REJECTED", "NEEDS_OPERATOR"}
)
_STATES = frozenset({"PENDING", "FILLED", "UNFILLED", "REJECTED", "EXPIRED", "REFUSED"})
_LEGS = frozenset({"entry", "exit", "leverage"})
_MINUTE_DIGITS = 12
_MOST_DECIMALS = 30


def evidence_in(path: Path) -> Evidence:
    """Read the evidence in a file; raises EvidenceError."""
    try:
        plain = json.loads(path.read_bytes())
    except OSError as error:
        raise EvidenceError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path} is no complete JSON ({error})") from error
    return read_evidence(plain)


def read_evidence(plain: Any) -> Evidence:
    """Read the evidence of a run. Raises EvidenceError that names the field that is amiss.

    What is optional may excuse something; older evidence has no `requests`.
    """
    run = Fields(plain)
    return Evidence(
        venue=run.text("venue"),
        leader=run.text("leader").lower(),
        taken_ms=run.exact("taken_ms"),
        recording=_recording(run.each("recording")),
        releases=tuple(_release(release) for release in run.each("release")),
        markets={symbol: _market(market) for symbol, market in run.named("markets")},
        books={address.lower(): _account(book) for address, book in run.named("books")},
        follows=tuple(_follow(follow) for follow in run.each("follows")),
        interventions=tuple(_intervention(one) for one in run.each("interventions", optional=True)),
        outages_ms=run.spans("outages_ms"),
        adjustments=tuple(_adjustment(one) for one in run.each("adjustments", optional=True)),
        redriven_ms=run.exact("redriven_ms") if run.has("redriven_ms") else None,
        requests=_requests(run.one("requests")) if run.has("requests") else Requests(),
    )


def _recording(plain: Sequence[Fields]) -> tuple[RecordedFill, ...]:
    """Read fills in the order of execution: some recordings list the newest first."""
    fills = [_recorded(fill, number) for number, fill in enumerate(plain)]
    if fills and fills[0].time_ms > fills[-1].time_ms:
        fills.reverse()
    return tuple(sorted(fills, key=lambda fill: fill.time_ms))


def _sign(fields: Fields, name: str) -> int:
    return _SIGNS[fields.choice(name, _SIGNS)]


def _recorded(plain: Fields, number: int) -> RecordedFill:
    return RecordedFill(
        symbol=plain.text("coin"),
        sign=_sign(plain, "side"),
        price=plain.positive("px"),
        size=plain.positive("sz"),
        time_ms=plain.whole("time"),
        start=plain.exact("startPosition"),
        tid=plain.identifier("tid", str(number + 1)),
    )


def _release(plain: Fields) -> Release:
    return Release(
        symbol=plain.text("symbol"),
        sign=_sign(plain, "side"),
        time_ms=plain.whole("time_ms"),
        sent_ms=plain.exact("sent_ms"),
    )


def _adjustment(plain: Fields) -> Adjustment:
    return Adjustment(
        symbol=plain.text("symbol"),
        at_ms=plain.whole("at_ms"),
        start=plain.exact("start"),
        end=plain.exact("end"),
    )


def _requests(plain: Fields) -> Requests:
    """Read what the venue counted; where nothing is said, nothing was limited."""
    return Requests(
        are_limited=plain.choice("limits", {"on", "off"}) == "on",
        per_minute=plain.whole("weight_per_minute"),
        weights=_by_minute(plain, "weight_by_minute"),
        refusals=_by_minute(plain, "refused_by_minute"),
    )


def _by_minute(plain: Fields, name: str) -> dict[int, int]:
    counts = plain.one(name)
    if not all(minute.isdecimal() and len(minute) <= _MINUTE_DIGITS for minute in counts.names):
        raise EvidenceError(f"requests.{name} must name minutes by their numbers")
    return {int(minute): counts.whole(minute) for minute in counts.names}


def _market(plain: Fields) -> Market:
    return Market(
        size_decimals=plain.whole("size_decimals", most=_MOST_DECIMALS),
        max_leverage=plain.whole("max_leverage", least=1),
        min_notional=plain.positive("min_notional"),
    )


def _account(plain: Fields) -> VenueAccount:
    fills = [*plain.each("fills"), *plain.each("twap_fills", optional=True)]
    return VenueAccount(
        mode=plain.text("mode", "default"),
        purses=plain.amounts("purses"),
        orders=tuple(_order(order) for order in plain.each("orders")),
        fills=_fills(fills),
        positions=plain.amounts("positions"),
        leverages={
            symbol: chosen.whole("value", least=1) for symbol, chosen in plain.named("leverages")
        },
        refused_actions=tuple(
            _refused(one) for one in plain.each("refused_actions", optional=True)
        ),
    )


def _refused(plain: Fields) -> RefusedAction:
    return RefusedAction(at_ms=plain.exact("time_ms"), reduces=plain.flag("reduces"))


def _fills(plain: Sequence[Fields]) -> tuple[VenueFill, ...]:
    return tuple(sorted((_fill(fill) for fill in plain), key=lambda fill: fill.time_ms))


def _order(plain: Fields) -> VenueOrder:
    received_ms, status = plain.exact("received_ms"), plain.text("status")
    # The venue keeps what it refused, for its size if need be.
    is_refused = status.lower().endswith("rejected")
    amount = partial(plain.exact, least=0) if is_refused else plain.positive
    return VenueOrder(
        cloid=plain.text("cloid", ""),
        oid=plain.identifier("oid"),
        symbol=plain.text("coin"),
        sign=_sign(plain, "side"),
        price=amount("px"),
        size=amount("sz"),
        filled=plain.exact("filled", least=0),
        status=status,
        received_ms=received_ms,
        # A nonce is given once, in order; what is sent again keeps it.
        pinned=plain.exact("nonce", received_ms),
    )


def _fill(plain: Fields) -> VenueFill:
    return VenueFill(
        oid=plain.identifier("oid"),
        symbol=plain.text("coin"),
        sign=_sign(plain, "side"),
        price=plain.positive("px"),
        size=plain.positive("sz"),
        time_ms=plain.whole("time"),
        fee=plain.exact("fee"),
        tid=plain.identifier("tid", ""),
    )


def _follow(plain: Fields) -> Follow:
    return Follow(
        follow_id=plain.text("follow_id"),
        wallet=plain.text("wallet_address").lower(),
        limits=read_limits(plain.one("limits")),
        receipts=tuple(_receipt(receipt) for receipt in plain.each("receipts")),
        portfolio=plain.amounts("portfolio"),
        started_at_ms=plain.whole("started_at_ms", 0),
        perfect=plain.flag("perfect", default=False),
    )


def _receipt(plain: Fields) -> Receipt:
    stages = plain.one("stages") if plain.has("stages") else Fields({})
    return Receipt(
        trade_id=plain.text("trade_id"),
        seq=plain.whole("seq"),
        symbol=plain.text("symbol"),
        leader_sign=_sign(plain, "leader_side"),
        leader_size=plain.exact("leader_size", least=0),
        leader_price=plain.positive("leader_price"),
        leader_time_ms=plain.whole("leader_time_ms"),
        kind=plain.choice("kind", _KINDS),
        status=plain.choice("status", _STATUSES),
        reason=plain.text("reason", ""),
        legs=tuple(_leg(leg) for leg in plain.each("legs")),
        numbers=plain.amounts("numbers", optional=True),
        is_correction=plain.flag("correction", default=False),
        seen_ms=stages.whole("seen", 0),
        decided_ms=stages.whole("decided", 0),
        answered_ms=stages.whole("answered", 0),
        bound_by=plain.text("bound_by", ""),
    )


def _leg(plain: Fields) -> Leg:
    return Leg(
        leg=plain.whole("leg"),
        attempt=plain.whole("attempt"),
        cloid=plain.text("client_order_id"),
        kind=plain.choice("kind", _LEGS),
        sign=_sign(plain, "side"),
        size=plain.exact("size", least=0),
        limit_price=plain.exact("limit_price", least=0),
        reduce_only=plain.flag("reduce_only"),
        state=plain.choice("state", _STATES),
        filled=plain.exact("filled_size", ZERO, least=0),
        average_price=plain.exact("average_price", ZERO, least=0),
    )


def _intervention(plain: Fields) -> Intervention:
    return Intervention(
        reason=plain.text("reason"),
        follow_id=plain.text("follow_id", ""),
        from_ms=plain.exact("from_ms"),
        to_ms=plain.exact("to_ms") if plain.has("to_ms") else None,
    )

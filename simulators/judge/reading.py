"""Reads evidence, of a file or decoded. Decimals are texts; a number with a point is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
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
from simulators.judge.reading_limits import read_limits
from simulators.judge.requests import RefusedAction, Requests

Json = Mapping[str, Any]
_SIGNS = {"b": BUY, "buy": BUY, "a": SELL, "sell": SELL}


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
    """Read the evidence of a run. Raises EvidenceError for a shape that does not fit."""
    try:
        return _evidence(plain)
    except (KeyError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise EvidenceError(
            f"the evidence does not have the expected shape: {error!r}; "
            "simulators/judge/reading.py lists what it must hold"
        ) from error
    except ValueError as error:
        raise EvidenceError(f"the evidence holds something unreadable: {error}") from error


def exact(value: str | int) -> Fraction:
    """Read a whole number or a decimal in text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise EvidenceError(f"decimals must be texts like '12.5', not {value!r}")
    return Fraction(value)


def _evidence(plain: Json) -> Evidence:
    return Evidence(
        venue=plain["venue"],
        leader=plain["leader"].lower(),
        taken_ms=exact(plain["taken_ms"]),
        recording=_recording(plain["recording"]),
        releases=tuple(_release(release) for release in plain["release"]),
        markets={symbol: _market(market) for symbol, market in plain["markets"].items()},
        books={address.lower(): _account(book) for address, book in plain["books"].items()},
        follows=tuple(_follow(follow) for follow in plain["follows"]),
        interventions=tuple(_intervention(item) for item in plain.get("interventions", ())),
        outages_ms=tuple((exact(a), exact(b)) for a, b in plain.get("outages_ms", ())),
        adjustments=tuple(_adjustment(item) for item in plain.get("adjustments", ())),
        redriven_ms=exact(plain["redriven_ms"]) if plain.get("redriven_ms") else None,
        requests=_requests(plain.get("requests")),
    )


def _recording(plain: Sequence[Json]) -> tuple[RecordedFill, ...]:
    """Read fills in the order of execution: some recordings list the newest first."""
    fills = [_recorded(fill, number) for number, fill in enumerate(plain)]
    if fills and fills[0].time_ms > fills[-1].time_ms:
        fills.reverse()
    return tuple(sorted(fills, key=lambda fill: fill.time_ms))


def _sign(side: str) -> int:
    return _SIGNS[side.lower()]


def _amounts(plain: Json) -> dict[str, Fraction]:
    return {name: exact(value) for name, value in plain.items()}


def _recorded(plain: Json, number: int) -> RecordedFill:
    return RecordedFill(
        symbol=plain["coin"],
        sign=_sign(plain["side"]),
        price=exact(plain["px"]),
        size=exact(plain["sz"]),
        time_ms=int(plain["time"]),
        start=exact(plain["startPosition"]),
        tid=str(plain.get("tid", number + 1)),
    )


def _release(plain: Json) -> Release:
    return Release(
        symbol=plain["symbol"],
        sign=_sign(plain["side"]),
        time_ms=int(plain["time_ms"]),
        sent_ms=exact(plain["sent_ms"]),
    )


def _adjustment(plain: Json) -> Adjustment:
    return Adjustment(
        symbol=plain["symbol"],
        at_ms=int(plain["at_ms"]),
        start=exact(plain["start"]),
        end=exact(plain["end"]),
    )


def _requests(plain: Json | None) -> Requests:
    """Read what the venue counted; where nothing is said, nothing was limited."""
    if plain is None:
        return Requests()
    return Requests(
        are_limited={"on": True, "off": False}[plain["limits"]],
        per_minute=int(plain["weight_per_minute"]),
        weights=_by_minute(plain["weight_by_minute"]),
        refusals=_by_minute(plain["refused_by_minute"]),
    )


def _by_minute(plain: Json) -> dict[int, int]:
    return {int(minute): int(count) for minute, count in plain.items()}


def _market(plain: Json) -> Market:
    return Market(
        size_decimals=int(plain["size_decimals"]),
        max_leverage=int(plain["max_leverage"]),
        min_notional=exact(plain["min_notional"]),
    )


def _account(plain: Json) -> VenueAccount:
    return VenueAccount(
        mode=plain.get("mode", "default"),
        purses=_amounts(plain.get("purses", {})),
        orders=tuple(_order(order) for order in plain.get("orders", ())),
        fills=_fills([*plain.get("fills", ()), *plain.get("twap_fills", ())]),
        positions=_amounts(plain.get("positions", {})),
        leverages={
            symbol: int(chosen["value"]) for symbol, chosen in plain.get("leverages", {}).items()
        },
        refused_actions=tuple(_refused(each) for each in plain.get("refused_actions", ())),
    )


def _refused(plain: Json) -> RefusedAction:
    return RefusedAction(at_ms=exact(plain["time_ms"]), reduces=bool(plain["reduces"]))


def _fills(plain: Sequence[Json]) -> tuple[VenueFill, ...]:
    return tuple(sorted((_fill(fill) for fill in plain), key=lambda fill: fill.time_ms))


def _order(plain: Json) -> VenueOrder:
    return VenueOrder(
        cloid=plain.get("cloid") or "",
        oid=str(plain["oid"]),
        symbol=plain["coin"],
        sign=_sign(plain["side"]),
        price=exact(plain["px"]),
        size=exact(plain["sz"]),
        filled=exact(plain["filled"]),
        status=plain["status"],
        received_ms=exact(plain["received_ms"]),
        # A nonce is given once, in order; what is sent again keeps it.
        pinned=exact(plain.get("nonce", plain["received_ms"])),
    )


def _fill(plain: Json) -> VenueFill:
    return VenueFill(
        oid=str(plain["oid"]),
        symbol=plain["coin"],
        sign=_sign(plain["side"]),
        price=exact(plain["px"]),
        size=exact(plain["sz"]),
        time_ms=int(plain["time"]),
        fee=exact(plain.get("fee", "0")),
        tid=str(plain.get("tid", "")),
    )


def _follow(plain: Json) -> Follow:
    return Follow(
        follow_id=plain["follow_id"],
        wallet=plain["wallet_address"].lower(),
        limits=read_limits(plain["limits"], exact),
        receipts=tuple(_receipt(receipt) for receipt in plain["receipts"]),
        portfolio=_amounts(plain["portfolio"]),
        started_at_ms=int(plain.get("started_at_ms", 0)),
        perfect=bool(plain.get("perfect", False)),
    )


def _receipt(plain: Json) -> Receipt:
    return Receipt(
        trade_id=plain["trade_id"],
        seq=int(plain["seq"]),
        symbol=plain["symbol"],
        leader_sign=_sign(plain["leader_side"]),
        leader_size=exact(plain["leader_size"]),
        leader_price=exact(plain["leader_price"]),
        leader_time_ms=int(plain["leader_time_ms"]),
        kind=plain["kind"],
        status=plain["status"],
        reason=plain.get("reason") or "",
        legs=tuple(_leg(leg) for leg in plain.get("legs", ())),
        numbers=_amounts(plain.get("numbers", {})),
        is_correction=bool(plain.get("correction", False)),
        seen_ms=int(plain.get("stages", {}).get("seen", 0)),
        decided_ms=int(plain.get("stages", {}).get("decided", 0)),
        answered_ms=int(plain.get("stages", {}).get("answered", 0)),
        bound_by=plain.get("bound_by") or "",
    )


def _leg(plain: Json) -> Leg:
    return Leg(
        leg=int(plain["leg"]),
        attempt=int(plain["attempt"]),
        cloid=plain["client_order_id"],
        kind=plain["kind"],
        sign=_sign(plain["side"]),
        size=exact(plain["size"]),
        limit_price=exact(plain["limit_price"]),
        reduce_only=bool(plain["reduce_only"]),
        state=plain["state"],
        filled=_optional(plain, "filled_size", exact),
        average_price=_optional(plain, "average_price", exact),
    )


def _optional(plain: Json, name: str, read: Callable[[Any], Fraction]) -> Fraction:
    value = plain.get(name)
    return ZERO if value is None else read(value)


def _intervention(plain: Json) -> Intervention:
    ends = plain.get("to_ms")
    return Intervention(
        reason=plain["reason"],
        follow_id=plain.get("follow_id", ""),
        from_ms=exact(plain["from_ms"]),
        to_ms=None if ends is None else exact(ends),
    )

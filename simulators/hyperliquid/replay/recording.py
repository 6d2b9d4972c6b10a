"""Reads a recording: a list of fills, or several leaders' fills by name. It changes no number."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.decimals import is_number_text
from simulators.hyperliquid.engine.fills import BUY, SELL, Fill

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

UNNAMED = "leader"
ZERO_HASH = "0x" + "0" * 64


class RecordingError(ValueError):
    """The recording cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One leader's fills in order of execution."""

    leader: str
    fills: tuple[Fill, ...]


def load_recording(path: Path, leader: str | None) -> Recording:
    """Read a recording from a JSON file, plain or gzipped."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        # It is read twice, by the command and by the venue, and a pipe without a writer never ends.
        raise RecordingError(f"{path} is a pipe or a device; write the recording into a file")
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise RecordingError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        raw = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        content = json.loads(raw, parse_float=Decimal)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise RecordingError(
            f"{path} is truncated or no JSON ({error}); record or copy it again"
        ) from error
    return read_recording(content, leader)


def read_recording(content: Any, leader: str | None) -> Recording:
    """Return the recording in already decoded JSON."""
    name, wires = _choose(content, leader)
    if not isinstance(wires, list) or not wires:
        raise RecordingError(f"leader {name!r} has no fills; choose another recording or leader")
    fills = [_read_fill(wire, number) for number, wire in enumerate(wires)]
    # Newest first or not: within one millisecond rows are in order of execution, so sort stably.
    return Recording(name, tuple(sorted(fills, key=lambda fill: fill.time_ms)))


def _choose(content: Any, leader: str | None) -> tuple[str, Any]:
    if isinstance(content, list):
        return leader or UNNAMED, content
    leaders = content.get("leaders") if isinstance(content, dict) else None
    if not isinstance(leaders, dict) or not leaders:
        raise RecordingError(
            'a recording is a list of fills, or {"leaders": {name: {"fills": [...]}}}'
        )
    name = next(iter(leaders)) if leader is None and len(leaders) == 1 else leader
    if name not in leaders:
        unknown = f"there is no leader {leader!r} in it: " if leader else ""
        listed = ", ".join(sorted(leaders))
        raise RecordingError(f"{unknown}choose a leader with --leader: {listed}")
    chosen = leaders[name]
    return str(name), chosen.get("fills") if isinstance(chosen, dict) else chosen


def _read_fill(wire: Any, number: int) -> Fill:
    try:
        return _fill(wire, number)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RecordingError(
            f"fill {number} of the recording is malformed ({error!r}); "
            "expected the shape of userFillsByTime"
        ) from error


def _fill(wire: dict[str, Any], number: int) -> Fill:
    if wire["side"] not in (BUY, SELL) or not isinstance(wire["time"], int):
        raise ValueError("side or time")
    liquidation = wire.get("liquidation")
    built = wire.get("builderFee")
    return Fill(
        coin=str(wire["coin"]),
        price=_positive(wire, "px"),
        size=_positive(wire, "sz"),
        side=wire["side"],
        time_ms=wire["time"],
        start_position=_number(wire["startPosition"]),
        direction=str(wire["dir"]),
        closed_pnl=_number(wire["closedPnl"]),
        hash=str(wire.get("hash", ZERO_HASH)),
        oid=int(wire["oid"]),
        crossed=bool(wire["crossed"]),
        fee=_number(wire.get("fee", "0")),
        tid=int(wire.get("tid", number + 1)),
        fee_token=str(wire.get("feeToken", "USDC")),
        twap_id=wire.get("twapId"),
        cloid=wire.get("cloid"),
        builder_fee=None if built is None else _number(built),
        liquidation=None if liquidation is None else _strings(liquidation.items()),
    )


def _strings(items: Iterable[tuple[str, Any]]) -> dict[str, str]:
    return {key: str(value) for key, value in items}


def _number(text: Any) -> Decimal:
    if not isinstance(text, str) or not is_number_text(text):
        raise ValueError(f"not a number in a string: {text!r}")
    return Decimal(text)


def _positive(wire: dict[str, Any], key: str) -> Decimal:
    value = _number(wire[key])
    if value <= 0:
        raise ValueError(f"{key} must be above 0")
    return value

"""Reads a recording: a list of fills, or several leaders' fills by name. It changes no number."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from simulators.hyperliquid.decimals import is_number_text
from simulators.hyperliquid.engine.fills import BUY, SELL, Fill

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

UNNAMED = "leader"
NEEDED = ("coin", "px", "sz", "side", "time", "startPosition", "dir", "closedPnl", "oid", "crossed")
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
            f"{path} is truncated or no JSON{_where(error)}; record or copy it again"
        ) from error
    return read_recording(content, leader)


def _where(error: Exception) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return ""
    return f" (line {error.lineno}, column {error.colno})"


def read_recording(content: Any, leader: str | None) -> Recording:
    """Return the recording in already decoded JSON."""
    name, wires = _choose(content, leader)
    if not isinstance(wires, list) or not wires:
        raise RecordingError(f"leader {name!r} has no fills; choose another recording or leader")
    fills = [_read_fill(wire, number) for number, wire in enumerate(wires)]
    # Newest first or not: within one millisecond rows are in order of execution, so sort stably.
    return Recording(name, tuple(sorted(fills, key=lambda fill: fill.time_ms)))


def _choose(content: Any, leader: str | None) -> tuple[str, Any]:
    if content == []:
        raise RecordingError("the recording is empty: it has no fills")
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
    except ValueError as error:
        raise RecordingError(
            f"fill {number} of the recording is malformed: {error}; "
            "expected the shape of userFillsByTime"
        ) from error


def _fill(wire: Any, number: int) -> Fill:
    if not isinstance(wire, dict):
        raise RecordingError("it is no object")
    missing = [name for name in NEEDED if name not in wire]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    if wire["side"] not in (BUY, SELL):
        raise ValueError(f"side must be {BUY} or {SELL}")
    if not isinstance(wire["coin"], str):
        raise RecordingError("coin must be text")
    return Fill(
        coin=wire["coin"],
        price=_positive(wire, "px"),
        size=_positive(wire, "sz"),
        side=wire["side"],
        time_ms=_whole(wire["time"], "time"),
        start_position=_number(wire["startPosition"], "startPosition"),
        direction=str(wire["dir"]),
        closed_pnl=_number(wire["closedPnl"], "closedPnl"),
        hash=str(wire.get("hash", ZERO_HASH)),
        oid=_whole(wire["oid"], "oid"),
        crossed=bool(wire["crossed"]),
        fee=_number(wire.get("fee", "0"), "fee"),
        tid=_whole(wire.get("tid", number + 1), "tid"),
        fee_token=str(wire.get("feeToken", "USDC")),
        twap_id=wire.get("twapId"),
        cloid=wire.get("cloid"),
        builder_fee=_perhaps(wire, "builderFee", _number),
        liquidation=_perhaps(wire, "liquidation", _strings),
    )


def _perhaps(wire: dict[str, Any], name: str, read: Callable[[Any, str], T]) -> T | None:
    value = wire.get(name)
    return None if value is None else read(value, name)


def _strings(value: Any, name: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise RecordingError(f"{name} must be an object")
    return {key: str(each) for key, each in value.items()}


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise RecordingError(f"{name} must be a whole number")
    return value


def _number(value: Any, name: str) -> Decimal:
    if not isinstance(value, str) or not is_number_text(value):
        raise ValueError(f"{name} must be a decimal in text, such as '12.5'")
    return Decimal(value)


def _positive(wire: dict[str, Any], name: str) -> Decimal:
    value = _number(wire[name], name)
    if value <= 0:
        raise ValueError(f"{name} must be above 0")
    return value

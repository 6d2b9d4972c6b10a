"""Reads the recording that a run replays, before anything is started for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.hyperliquid.replay.recording import Recording, RecordingError, load_recording
from simulators.judge.reading import read_evidence
from simulators.judge.trades import check_chain

if TYPE_CHECKING:
    from pathlib import Path

    from simulators.hyperliquid.engine.fills import Fill
    from simulators.judge.evidence import RecordedFill


def read_whole(path: Path, leader: str | None) -> Recording:
    """Read a recording and refuse one that nobody could judge; raises RecordingError."""
    recording = load_recording(path, leader)
    try:
        check_chain(as_judged(recording))
    except ValueError as error:
        raise RecordingError(f"{path} cannot be judged: {error}") from error
    return recording


def as_judged(recording: Recording) -> tuple[RecordedFill, ...]:
    """Give a recording as the judge reads it of evidence; raises EvidenceError."""
    shown = {
        "venue": "hyperliquid",
        "leader": "",
        "taken_ms": 0,
        "recording": [as_recorded(fill) for fill in recording.fills],
        "release": [],
        "markets": {},
        "books": {},
        "follows": [],
    }
    return read_evidence(shown).recording


def as_recorded(fill: Fill) -> dict[str, Any]:
    """Write a fill as the venue would list it, times as recorded."""
    return {
        "coin": fill.coin,
        "side": fill.side,
        "px": str(fill.price),
        "sz": str(fill.size),
        "time": fill.time_ms,
        "startPosition": str(fill.start_position),
        "tid": fill.tid,
    }


def dexes_of(recording: Recording) -> list[str]:
    """Name the builder dexes that it trades on."""
    coins = {fill.coin for fill in recording.fills}
    return sorted({coin.partition(":")[0] for coin in coins if ":" in coin})

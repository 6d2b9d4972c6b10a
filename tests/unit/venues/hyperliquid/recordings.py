"""Recorded answers of the venue: small ones of this repository, complete ones beside it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[4]
RECORDINGS = ROOT / "tests" / "recordings" / "hyperliquid"
SHARED = ROOT.parent / "shared" / "data" / "hyperliquid"


def recorded(name: str) -> Any:
    """Read one recorded answer."""
    return json.loads((RECORDINGS / name).read_text())


def recorded_frames() -> list[str]:
    """Read the recorded frames of the trade stream, in order."""
    return (RECORDINGS / "trades_frames.jsonl").read_text().splitlines()


def shared(name: str) -> Any:
    """Read one complete recording."""
    path = SHARED / name
    if path.suffix == ".gz":
        return json.loads(gzip.decompress(path.read_bytes()))
    return json.loads(path.read_text())


def shared_frames(name: str) -> list[str]:
    """Read a complete capture of the stream, in order."""
    return gzip.decompress((SHARED / name).read_bytes()).decode().splitlines()

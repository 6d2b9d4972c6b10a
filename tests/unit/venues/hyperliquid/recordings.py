"""Recorded answers of the venue: what may lie here, and the rest beside us."""

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
    return json.loads(_read(RECORDINGS / name))


def recorded_frames(name: str = "trades_frames.jsonl") -> list[str]:
    """Read the recorded frames of the trade stream, in order."""
    return _read(RECORDINGS / name).splitlines()


def shared(name: str) -> Any:
    """Read one recording that is not ours to pass on."""
    return json.loads(_read(SHARED / name))


def _read(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()

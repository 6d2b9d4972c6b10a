"""Where things lie in the repository, and where the state of `understudy up` is kept."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
STATE = ROOT / ".local"
SAMPLE = ROOT / "simulators" / "hyperliquid" / "recordings" / "sample.json.gz"
SAMPLE_LEADER = "sample"

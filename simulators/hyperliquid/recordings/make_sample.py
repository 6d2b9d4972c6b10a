"""Makes `sample.json.gz` from the shared recording of four real leaders; the same bytes each time.

`python -m simulators.hyperliquid.recordings.make_sample leader_fills_2026-07.json.gz`
"""

from __future__ import annotations

import gzip
import json
import sys
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from simulators.hyperliquid.decimals import to_wire
from simulators.hyperliquid.engine.positions import Position

Wire = dict[str, Any]
TARGET = Path(__file__).with_name("sample.json.gz")
# Leader in the source -> symbols taken whole; each starts flat and ends flat.
WHOLE = {
    "acc2": ("HYPE", "WLD", "PUMP", "LTC", "BCH"),
    "acc6": ("ETHFI", "ZEC", "FARTCOIN", "VIRTUAL", "XPL", "ENA"),
}
# The stretch with a flip once the position before it is taken as flat.
REBASED_LEADER, REBASED_SYMBOL, REBASED_FROM_MS = "acc5", "xyz:BRENTOIL", 1784635754861
LONGEST_GAP_MS = 90_000
SHORTEST_GAP_MS = 1_100


def make(source: Path) -> bytes:
    """Return the packed sample."""
    leaders = json.loads(gzip.decompress(source.read_bytes()))["leaders"]
    chosen = [
        fill
        for leader, symbols in WHOLE.items()
        for fill in leaders[leader]["fills"]
        if fill["coin"] in symbols
    ]
    chosen += rebased(leaders[REBASED_LEADER]["fills"])
    fills = respaced(sorted(chosen, key=itemgetter("time")))
    packed = json.dumps({"leaders": {"sample": {"fills": fills}}}, indent=0).encode()
    return gzip.compress(packed, mtime=0)


def rebased(fills: list[Wire]) -> list[Wire]:
    """Return the stretch as if it had begun flat; position, direction and profit follow."""
    position = Position()
    stretch = []
    for fill in fills:
        if fill["coin"] != REBASED_SYMBOL or fill["time"] < REBASED_FROM_MS:
            continue
        size = Decimal(fill["sz"])
        signed = size if fill["side"] == "B" else -size
        change = position.apply(signed, Decimal(fill["px"]))
        stretch.append(
            fill
            | {
                "startPosition": to_wire(change.start),
                "dir": change.direction,
                "closedPnl": to_wire(change.closed_pnl),
            }
        )
    return stretch


def respaced(fills: list[Wire]) -> list[Wire]:
    """Shorten idle gaps and part what leaders did within a second; one millisecond stays one."""
    shifted, now_ms, before_ms = [], fills[0]["time"], fills[0]["time"]
    for time_ms, together in groupby(fills, key=itemgetter("time")):
        gap_ms = time_ms - before_ms
        now_ms += min(max(gap_ms, SHORTEST_GAP_MS), LONGEST_GAP_MS) if gap_ms else 0
        before_ms = time_ms
        shifted += [fill | {"time": now_ms} for fill in together]
    return shifted


if __name__ == "__main__":
    TARGET.write_bytes(make(Path(sys.argv[1])))

"""The page of the stand-in venue says its numbers, routes and faults as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulators.hyperliquid.control.faults import KINDS
from simulators.hyperliquid.engine.admission import MINIMUM_USD
from simulators.hyperliquid.engine.agents import EXPIRY_GRACE_MS, PENDING_REMOVAL_MS
from simulators.hyperliquid.replay.pacing import LONGEST_GAP_MS, TRADES_PER_REPORT
from simulators.hyperliquid.server import build_app
from simulators.hyperliquid.simulator import build_simulator
from simulators.hyperliquid.stream.limits import MAX_POSTS_IN_FLIGHT

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "simulators" / "hyperliquid" / "README.md").read_text(encoding="utf-8")
BENCH = "/_simulator/"
ROW = re.compile(r"^\| (.*?)(?: →.*)?\|", re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [
        f"one lag report lets at most {TRADES_PER_REPORT} trades through",
        f"recorded gaps, each at most {LONGEST_GAP_MS // 1_000} s,",
        f"the ${MINIMUM_USD} minimum",
        f"refuses approvals for {PENDING_REMOVAL_MS // 1_000} s",
        f"an expired agent for {EXPIRY_GRACE_MS // 60_000} minutes more",
        f"the refusal of the {MAX_POSTS_IN_FLIGHT + 1}st",
    ],
)
def test_a_number_on_the_page_is_the_number_in_the_code(words: str) -> None:
    assert words in PAGE


def test_every_route_of_the_test_bench_is_on_the_page() -> None:
    routes = build_app(build_simulator()).router.routes()
    built = {(each.method, each.resource.canonical) for each in routes if each.resource}
    bench = {(method, path[len(BENCH) :]) for method, path in built if path.startswith(BENCH)}

    told = set()
    for cell in ROW.findall(PAGE):
        method = ""
        for part in re.findall(r"`([^`]+)`", cell):
            methods, _, path = part.partition(" ")
            method, path = (methods, path) if path else (method, methods)
            told |= {(each, path.partition("[")[0]) for each in method.split("·")}

    assert {each for each in bench if each[0] != "HEAD" and each[1]} <= told


def test_every_kind_of_fault_is_on_the_page() -> None:
    assert [kind for kind in KINDS if f"`{kind}`" not in PAGE] == []

"""Whatever goes wrong, what was promised holds: fresh seeds every time, named when they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from secrets import token_hex

import pytest

from tests.simulation.invariants import Violation, violations
from tests.simulation.kinds import KINDS, too_seldom
from tests.simulation.replay import STANDING, told
from tests.simulation.run import Result, run_block, simulate
from tests.simulation.world import LEADERS, World
from understudy.domain.ids import FollowId

ROOT = Path(__file__).resolve().parents[2]
# 20,000 together. A run ends with a block: so four, four and one of them, and nearly all of each.
# One of the heavy mix costs as much as four of the standard one; `make prove` has 25.
FRESH = [("standard", 9_200), ("standard", 9_000), ("heavy", 1_800)]
OF_CALLS = {
    "crash_before",
    "crash_after",
    "throttled",
    "transaction_conflict",
    "timeout_late",
    "venue_429",
    "clock_skew",
    "list_late",
}
OF_USERS = {"agent_revoked", "limits_changed", "manual_trade", "follow_created_again"}
DIGEST = """
from tests.simulation.run import run_block
print(run_block("hash", "heavy", trades=20).history.digest())
"""


@pytest.mark.parametrize(("mix", "pairs"), FRESH)
def test_fresh_runs_keep_every_promise(mix: str, pairs: int) -> None:
    seed = token_hex(4)

    result = simulate(pairs, seed, mix)

    assert result.violations == [], f"understudy simulate --mix {mix} --seed {seed}"
    assert result.pairs >= pairs
    # What users do meanwhile is rare: in a block of the heavy mix a kind of it may not come.
    expected = OF_CALLS | OF_USERS if mix == "standard" else OF_CALLS
    assert expected <= set(result.faults) <= KINDS


def test_a_seed_gives_the_same_history_whatever_the_hashes_of_texts() -> None:
    digests = {_digest(hash_seed) for hash_seed in ("1", "2")}

    assert len(digests) == 1
    assert run_block("hash", "heavy", trades=20).history.digest() in digests
    assert run_block("other", "heavy", trades=20).history.digest() not in digests


def _digest(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_without_faults_nothing_expires_and_nothing_dies() -> None:
    world = run_block("calm", "calm", trades=60)

    receipts = [each for own in world.table.receipts.values() for each in own.values()]
    assert violations(world) == []
    assert {each.status for each in receipts} <= {"DONE", "SKIPPED", "CARRIED"}
    assert not any(source.failures for source in world.queues.sources)
    assert set(world.fates.counts) <= {"clock_skew", "listener_handover", "symbol_contested"}


@cache
def _kept() -> World:
    """Give a world whose history is kept, for whoever only reads it."""
    return run_block("told", "standard", trades=20, keeps_history=True)


def test_a_history_is_told_of_the_follow_and_symbol_of_a_violation() -> None:
    world = _kept()
    receipts = world.table.receipts[FollowId("follow-3")]
    symbol = receipts[max(receipts)].symbol

    lines = told(world, Violation("some_promise", f"follow-3 {symbol}: something"))

    assert lines
    assert all("follow-3" in line for line in lines)
    assert any("receipt" in line for line in lines)
    assert any(symbol in line for line in lines)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("follow-3: reserved 212, orders hold 0", "follow-3"),
        ("wallet-2: an order was never pinned", "wallet-2"),
        (f"{LEADERS[0]}: 12 fills, 11 in trades", LEADERS[0]),
    ],
)
def test_a_history_is_told_of_whoever_a_violation_is_about(text: str, name: str) -> None:
    lines = told(_kept(), Violation("some_promise", text))

    assert lines
    assert all(name in line for line in lines)


@pytest.mark.parametrize("symbol", ["BTC", "xyz:TSLA"])
def test_a_history_that_is_told_leaves_other_symbols_out(symbol: str) -> None:
    lines = told(_kept(), Violation("some_promise", f"follow-3 {symbol}: holds 5"))

    assert any(symbol in line for line in lines)
    assert all(symbol in line or STANDING.search(line) for line in lines)


@pytest.mark.parametrize(
    ("pairs", "count", "short"),
    [(100_000, 100, {}), (100_000, 99, {"kill_user": 99}), (250_000, 249, {"kill_user": 249})],
)
def test_a_long_run_has_a_hundred_of_each_kind_of_fault_in_a_hundred_thousand_pairs(
    pairs: int, count: int, short: dict[str, int]
) -> None:
    faults = dict.fromkeys(KINDS, 250) | {"kill_user": count}

    assert too_seldom(faults, pairs) == short


def test_a_kind_of_fault_that_never_was_is_too_seldom_in_a_long_run_alone() -> None:
    faults = dict.fromkeys(KINDS - {"venue_restart"}, 100)

    assert too_seldom(faults, 100_000) == {"venue_restart": 0}
    assert too_seldom(faults, 99_999) == {}


def test_a_restart_of_the_venue_is_counted_by_the_calls_that_met_it() -> None:
    result = Result()
    result.add("restart1/25", run_block("restart1/25", "standard", trades=40))

    assert result.restarts == 1
    assert result.faults["venue_restart"] > 1
    assert result.too_seldom == {}


def test_a_run_tells_its_figures_under_their_names() -> None:
    result = Result()
    result.add("figures", run_block("figures", "standard", trades=20))

    figures = result.to_plain()

    assert set(figures) >= {
        "pairs",
        "calls",
        "faults",
        "outcomes",
        "violations",
        "pairs_per_second",
        "history_hash",
    }
    assert sum(figures["outcomes"].values()) == figures["pairs"] > 0
    assert figures["calls"] > figures["pairs"]
    assert figures["violations"] == 0
    assert len(figures["history_hash"]) == 32

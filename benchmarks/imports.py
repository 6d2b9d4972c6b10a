"""Cold start of a function, imports and clients, beside boto3 with the same clients.

Each start is a fresh process; the first of each kind is not counted: it leaves the byte-code.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.results import Row, at_most_times
from benchmarks.timings import Timings, collected

ROOT = Path(__file__).resolve().parents[1]
MOST_TIMES = 1.35
LONGEST_START_SECONDS = 60
PLACES = (ROOT, ROOT / "layers" / "understudy", ROOT / "layers" / "custody")

# Names and numbers that a function needs in order to be put together; nothing is called.
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "UNDERSTUDY_STAGE": "local",
    "COPYING_TABLE": "copying",
    "MARKET_TABLE": "market",
    "THROTTLE_TABLE": "throttle",
    "CUSTODY_TABLE": "custody",
    "AUDIT_TABLE": "audit",
    "FOLLOWER_EXECUTE_QUEUE_URL": "http://127.0.0.1:9/000000000000/execute.fifo",
    "FOLLOW_RECONCILE_QUEUE_URL": "http://127.0.0.1:9/000000000000/reconcile",
    "SIGNER_FUNCTION": "signer:sign",
    "HYPERLIQUID_URL": "http://127.0.0.1:9",
    "HYPERLIQUID_CHAIN": "Testnet",
    "VENUE_WEIGHT_PER_MINUTE": "1200",
    "EGRESS_GROUP": "main",
    "AGENT_KEY_ID": "key",
    "AGENT_MAX_ORDER_NOTIONAL_USDC": "1000",
    "AGENT_MAX_DAILY_NOTIONAL_USDC": "10000",
    "AGENT_MAX_LEVERAGE": "10",
    "AGENT_PRICE_BAND_BPS": "1000",
}


@dataclass(frozen=True, slots=True)
class Start:
    """A function's start and the clients that it makes."""

    function: str
    program: str
    clients: tuple[str, ...]

    @property
    def reference(self) -> str:
        """Write the program that makes the same clients with boto3."""
        made = "; ".join(f"boto3.client({client!r})" for client in self.clients)
        return f"import boto3; {made}"


STARTS = (
    Start(
        "follower_execute",
        "from functions.follower_execute import app; app.build()",
        ("dynamodb", "lambda", "sqs"),
    ),
    Start("signer", "from functions.signer import app; app.doors()", ("dynamodb", "kms")),
)


def import_rows(rounds: int) -> list[Row]:
    """Time every function's start in turn with its reference."""
    return [row for start in STARTS for row in _rows(start, rounds)]


def start_once(program: str) -> int:
    """Run a program in a fresh process and give the nanoseconds it took inside.

    Raises CalledProcessError when it fails.
    """
    timed = f"import time; began = time.perf_counter_ns(); {program}; "
    timed += "print(time.perf_counter_ns() - began)"
    done = subprocess.run(
        [sys.executable, "-c", timed],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=LONGEST_START_SECONDS,
    )
    return int(done.stdout)


def environment() -> dict[str, str]:
    """Give what a function's process starts with: no developer's AWS settings, byte-code kept."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **ENVIRONMENT, "PYTHONPATH": os.pathsep.join(map(str, PLACES))}


def _rows(start: Start, rounds: int) -> list[Row]:
    ours, reference = _in_turn(start, rounds)
    goal = at_most_times(ours, reference, MOST_TIMES)
    clients = ", ".join(start.clients)
    return [
        Row(f"cold start: {start.function}", "process", ours, goal),
        Row(f"cold start: boto3 with {clients}", "process", reference, None, _boto3()),
    ]


def _in_turn(start: Start, rounds: int) -> tuple[Timings, Timings]:
    taken = [(start_once(start.program), start_once(start.reference)) for _ in range(rounds + 1)][
        1:
    ]
    return collected(ours for ours, _ in taken), collected(reference for _, reference in taken)


def _boto3() -> str:
    return f"boto3 {version('boto3')}"

"""Cold start of a function, imports and clients, beside boto3 with the same clients.

Each start is a fresh process that sees what a function sees: the runtime's packages, those of the
layers, and no others. The first of each kind is not counted: it leaves the byte-code.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.results import Row, at_most_times
from benchmarks.timings import Timings, collected
from localcloud.deploy.packages import RUNTIME, link_packages, requirement_names

ROOT = Path(__file__).resolve().parents[1]
MOST_TIMES = 1.35
MOST_TIMES_OF_AN_API = 1.6
LONGEST_START_SECONDS = 60
REQUIREMENTS = ROOT / "layers" / "dependencies" / "requirements.txt"
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
    "EXECUTION_EPOCH": "0",
    "AGENT_KEY_ID": "key",
    "SPARE_AGENT_KEY_ID": "spare-key",
    "SIGNER_ROLE": "arn:aws:iam::000000000000:role/signer",
    "AUDIT_ROW_KEY_ID": "key",
    "AGENT_MAX_ORDER_NOTIONAL_USDC": "1000",
    "AGENT_MAX_DAILY_NOTIONAL_USDC": "10000",
    "AGENT_MAX_LEVERAGE": "10",
    "AGENT_PRICE_BAND_BPS": "1000",
    "IDENTITY_TABLE": "identity",
    "OPERATORS_TABLE": "operators",
    "DOOR_TABLE": "door",
    "DOOR_BURST": "100",
    "DOOR_PER_SECOND": "10",
    "DOOR_ATTEMPTS": "10",
    "DOOR_ATTEMPTS_PER_MINUTE": "10",
    "ENROLL_FUNCTION": "signer:enroll",
    "AUDIT_EXTRACT_FUNCTION": "audit_extract",
    "TOKEN_SECRET_ID": "token-secret",
    "TOKEN_ISSUER": "understudy-benchmark",
    "SIWE_DOMAINS": "localhost",
    "SIWE_ORIGINS": "http://localhost",
    "SIWE_CHAIN_IDS": "42161",
    "LEADER_FILLS_QUEUE_URL": "http://127.0.0.1:9/000000000000/fills.fifo",
    "FILL_FAN_OUT_QUEUE_URL": "http://127.0.0.1:9/000000000000/fan-out.fifo",
}
API_CLIENTS = ("dynamodb", "kms", "lambda", "secretsmanager", "sqs")


@dataclass(frozen=True, slots=True)
class Start:
    """A function's start and the clients that it makes."""

    function: str
    program: str
    clients: tuple[str, ...]
    most_times: float = MOST_TIMES

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
    Start("signer", "from functions.signer import app; app.doors(app.tell)", ("dynamodb", "kms")),
    Start(
        "api",
        "from functions.api import app; app.application(); app.build()",
        API_CLIENTS,
        MOST_TIMES_OF_AN_API,
    ),
    Start(
        "operator_api",
        "from functions.api import operator_app as app; app.application();"
        " app.build(app.Actor.OPERATOR)",
        API_CLIENTS,
        MOST_TIMES_OF_AN_API,
    ),
)


def import_rows(rounds: int) -> list[Row]:
    """Time every function's start in turn with its reference."""
    with packages_of_functions() as packages:
        return [row for start in STARTS for row in _rows(start, packages, rounds)]


@contextmanager
def packages_of_functions() -> Iterator[Path]:
    """Give a folder that holds what a function may import, for the time of a block."""
    with tempfile.TemporaryDirectory() as folder:
        names = [*RUNTIME, *requirement_names(REQUIREMENTS)]
        yield link_packages(names, Path(folder) / "packages")


def start_once(program: str, packages: Path) -> int:
    """Run a program in a fresh process and give the nanoseconds it took inside.

    Raises CalledProcessError when it fails.
    """
    timed = f"import time; began = time.perf_counter_ns(); {program}; "
    timed += "print(time.perf_counter_ns() - began)"
    path = os.pathsep.join(map(str, (*PLACES, packages)))
    done = subprocess.run(
        [sys.executable, "-S", "-c", timed],  # -S: not the packages of this environment
        env={**ENVIRONMENT, "PATH": os.environ.get("PATH", ""), "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=LONGEST_START_SECONDS,
    )
    return int(done.stdout)


def _rows(start: Start, packages: Path, rounds: int) -> list[Row]:
    ours, reference = _in_turn(start, packages, rounds)
    goal = at_most_times(ours, reference, start.most_times)
    clients = ", ".join(start.clients)
    return [
        Row(f"cold start of {start.function}", "fresh process", ours, goal),
        Row(f"cold start of boto3, {clients}", "fresh process", reference, None, _boto3()),
    ]


def _in_turn(start: Start, packages: Path, rounds: int) -> tuple[Timings, Timings]:
    taken = [
        (start_once(start.program, packages), start_once(start.reference, packages))
        for _ in range(rounds + 1)
    ][1:]
    return collected(ours for ours, _ in taken), collected(reference for _, reference in taken)


def _boto3() -> str:
    return f"boto3 {version('boto3')}"

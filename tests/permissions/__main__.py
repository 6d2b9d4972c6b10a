"""`make prove-iam`: takes every part of every policy out, one at a time; a check must miss each."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from cli.system import UNLIMITED_WEIGHT, Plan, running_system
from tests.permissions.auditing import seal_soon
from tests.permissions.cast import OPEN_DOOR, OPERATOR
from tests.permissions.policies import cuts_of, read_policies
from tests.permissions.proof import Proof, Verdict
from tests.permissions.report import report
from tests.permissions.stage import Stage


def main() -> int:
    """Run the proof; 0 when every part is needed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--role", action="append", help="only roles whose name contains this; may be repeated"
    )
    wanted = [part.lower() for part in parser.parse_args().role or [""]]
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="understudy-iam-", ignore_cleanup_errors=True) as name,
        running_system(_plan(Path(name)), _say) as system,
    ):
        seal_soon(system)
        verdicts = _prove(Stage(system), wanted)
    return report(verdicts, round(time.monotonic() - started))


def _plan(folder: Path) -> Plan:
    return Plan(
        folder,
        weight_per_minute=UNLIMITED_WEIGHT,
        identity_providers=True,
        operator=OPERATOR.address,
        parameters=OPEN_DOOR,
    )


def _prove(stage: Stage, wanted: list[str]) -> list[Verdict]:
    session = stage.system.stack.session()
    policies = [
        policy
        for policy in read_policies(session)
        if any(part in policy.role.lower() for part in wanted)
    ]
    cuts = [cut for policy in policies for cut in cuts_of(policy)]
    proof = Proof(stage, session)
    proof.prepare({policy.role for policy in policies})
    verdicts = []
    for number, cut in enumerate(cuts, start=1):
        verdicts.append(proof.without(cut))
        _say(f"{number}/{len(cuts)} {verdicts[-1].text}")
    return verdicts


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command says how far it is


if __name__ == "__main__":
    sys.exit(main())

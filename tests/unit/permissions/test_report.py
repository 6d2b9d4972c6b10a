"""The proof fails when a part is not needed, and says which."""

from __future__ import annotations

import pytest

from tests.permissions.policies import Policy, cuts_of
from tests.permissions.proof import Outcome, Verdict
from tests.permissions.report import report

STATEMENT = {"Sid": "Reads", "Effect": "Allow", "Action": "a:Get", "Resource": "x"}
(CUT,) = cuts_of(Policy("Role", "role-1", "policy", (STATEMENT,)))


@pytest.mark.parametrize("outcome", [Outcome.UNNEEDED, Outcome.UNCLEAR])
def test_a_part_that_nobody_misses_fails_the_proof_by_name(
    outcome: Outcome, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report([Verdict(CUT, outcome)], 1) == 1

    assert f"Role Reads: the whole statement: {outcome.value}" in capsys.readouterr().out


def test_parts_that_are_missed_pass() -> None:
    assert report([Verdict(CUT, Outcome.MISSED, "why")], 1) == 0

"""Everything that a role is for works under the role itself, on the real template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.permissions.catalogue import CHECKS, title_of
from tests.permissions.policies import read_policies
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from tests.permissions.catalogue import Check

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(check, id=f"{role}: {title_of(check)}")
        for role, checks in CHECKS.items()
        for check in checks
    ],
)
def test_a_role_may_do_what_it_is_for(check: Check, stage: Stage) -> None:
    check(stage)


def test_every_role_has_its_checks(stage: Stage) -> None:
    policies = read_policies(stage.system.stack.session())

    assert {policy.role for policy in policies} == set(CHECKS)


def test_every_statement_of_a_role_has_a_name_of_its_own(stage: Stage) -> None:
    for policy in read_policies(stage.system.stack.session()):
        names = [statement.get("Sid", policy.name) for statement in policy.statements]
        assert len(names) == len(set(names))

"""Whom a switch can be turned for, and what an operator is told who names somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

NO_USER = "there is no user with this id"


@pytest.mark.parametrize(
    ("switch", "subject", "code", "said"),
    [
        ("kill_global", "x", "INVALID_SUBJECT", "this switch is for everybody: leave the subject"),
        ("kill_venue", "", "INVALID_SUBJECT", "name the venue as the subject: hyperliquid"),
        ("kill_venue", "nyse", "INVALID_SUBJECT", "no such venue: the subject is hyperliquid"),
        ("kill_user", "", "INVALID_SUBJECT", "name the user as the subject"),
        ("kill_user", "nobody", "USER_NOT_FOUND", NO_USER),
        ("flagged", "nobody", "USER_NOT_FOUND", NO_USER),
        ("blacklisted", "", "INVALID_SUBJECT", "name the leader's or follower's address"),
        ("blacklisted", "0x12", "INVALID_SUBJECT", "no address: 0x and 40 hex digits"),
        ("authority_revoked", "agent-1", "INVALID_INPUT", "switch must be 'kill_global', "),
        ("copy_disabled", "u", "INVALID_INPUT", "switch must be 'kill_global', "),
    ],
)
def test_who_names_a_subject_wrongly_is_told_which_mistake_it_is(
    api: ApiWorld, switch: str, subject: str, code: str, said: str
) -> None:
    operator = api.operator_token()
    before = api.stored()
    wish = {"switch": switch, "subject": subject, "on": True, "reason": "ticket 4711"}

    answer = api.request("POST", "/v1/ops/switches", wish, operator)

    assert answer.code == code
    assert said in answer.body["detail"]
    assert api.stored() == before

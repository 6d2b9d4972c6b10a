"""A policy is cut by every statement, and by every action and resource where there are many."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.stack import Denials
from tests.permissions.policies import WHOLE, Policy, cuts_of

QUERY = {"Sid": "Reads", "Effect": "Allow", "Action": ["a:Query", "a:Get"], "Resource": ["x"]}
SEND = {"Sid": "Sends", "Effect": "Allow", "Action": "b:Send", "Resource": ["y", "z"]}


def a_policy(*statements: dict[str, Any]) -> Policy:
    return Policy("Role", "role-1", "policy", statements)


def test_every_part_is_taken_out_once() -> None:
    parts = [(cut.statement, cut.part) for cut in cuts_of(a_policy(QUERY, SEND))]

    assert parts == [
        ("Reads", WHOLE),
        ("Reads", "a:Query"),
        ("Reads", "a:Get"),
        ("Sends", WHOLE),
        ("Sends", "y"),
        ("Sends", "z"),
    ]


def test_everything_else_stays() -> None:
    whole, query, *_ = cuts_of(a_policy(QUERY, SEND))

    assert whole.left == (SEND,)
    assert query.left == ({**QUERY, "Action": ["a:Get"]}, SEND)


def test_a_resource_is_taken_from_all_its_actions() -> None:
    *_, last = cuts_of(a_policy(QUERY, SEND))

    assert last.left == (QUERY, {**SEND, "Resource": ["y"]})
    assert last.actions == ("b:Send",)
    assert last.resources == ("z",)


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [("role-2", "a:Get", "x"), ("role-1", "a:Query", "x"), ("role-1", "a:Get", "y/1")],
)
def test_a_denial_of_something_else_is_not_of_what_was_taken_out(
    role: str, action: str, resource: str
) -> None:
    *_, cut = cuts_of(a_policy({**QUERY, "Resource": ["x", "z"]}))
    of_an_action = next(each for each in cuts_of(a_policy(QUERY)) if each.part == "a:Get")

    assert not cut.explains(Denials(role, action, resource, 1))
    assert not of_an_action.explains(Denials(role, action, resource, 1))


def test_a_denial_of_what_was_taken_out_is_known_by_its_patterns() -> None:
    (cut,) = cuts_of(a_policy({**QUERY, "Action": "a:Get*", "Resource": "x/*"}))

    assert cut.explains(Denials("role-1", "a:GetItem", "x/index/y", 1))


def test_a_statement_without_a_name_goes_by_its_policy() -> None:
    (cut,) = cuts_of(a_policy({"Effect": "Allow", "Action": "a:Get", "Resource": "x"}))

    assert (cut.statement, cut.left) == ("policy", ())

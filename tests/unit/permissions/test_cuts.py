"""A policy is cut by every statement, and by every action and resource where there are many."""

from __future__ import annotations

from typing import Any

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


def test_a_statement_without_a_name_goes_by_its_policy() -> None:
    (cut,) = cuts_of(a_policy({"Effect": "Allow", "Action": "a:Get", "Resource": "x"}))

    assert (cut.statement, cut.left) == ("policy", ())

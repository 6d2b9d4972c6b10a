"""The proof itself: it finds what is missed, names what nobody needs, and puts everything back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.permissions.policies import Policy, cuts_of, put_policy, read_policies
from tests.permissions.proof import Outcome, Proof
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.system import System

pytestmark = pytest.mark.integration
SIGNER = "SignerFunctionRole"
USELESS = {"Sid": "Useless", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


@pytest.fixture
def stage(running: System) -> Stage:
    ready = Stage(running)
    ready.make_ready()
    return ready


@pytest.fixture
def signer(stage: Stage) -> Iterator[Policy]:
    policy = policy_of(stage)
    yield policy
    put_policy(stage.system.stack.session(), policy, policy.statements)


def policy_of(stage: Stage) -> Policy:
    policies = read_policies(stage.system.stack.session())
    return next(policy for policy in policies if policy.role == SIGNER)


def test_a_statement_that_is_needed_is_missed_and_put_back(stage: Stage, signer: Policy) -> None:
    proof = Proof(stage, stage.system.stack.session())
    cut = next(cut for cut in cuts_of(signer) if cut.statement == "UsesTheAgentKey")

    verdict = proof.without(cut)

    assert verdict.outcome is Outcome.MISSED
    assert verdict.witness.startswith("an agent signs")
    assert policy_of(stage) == signer


def test_a_statement_that_nobody_needs_is_named(stage: Stage, signer: Policy) -> None:
    proof = Proof(stage, stage.system.stack.session())
    padded = replace(signer, statements=(*signer.statements, USELESS))
    *_, cut = cuts_of(padded)

    verdict = proof.without(cut)

    assert verdict.outcome is Outcome.UNNEEDED
    assert verdict.text == f"{SIGNER} Useless: the whole statement: NOBODY MISSED IT"

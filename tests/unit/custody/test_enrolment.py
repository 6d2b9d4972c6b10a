"""Agents come to life with a fresh key each, and go for good."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account

from custody.agents import Agent, AgentStatus, owner_mark_of
from custody.audit import AuditEvent
from custody.enrolment import Enrolment, NewAgent, SwitchOrder
from custody.keys import KeyUnusableError, Sealed, signing_context, wrapped_only
from tests.unit.custody.scene import NOW_MS, POLICY, WALLET, Scene
from understudy.domain.errors import (
    ConflictError,
    DependencyError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from understudy.ports.switches import Switch

WANTED = NewAgent("user-1", "wallet-1", WALLET, "hyperliquid", "understudy")


def sealed(agent: Agent) -> Sealed:
    return Sealed(agent.ciphertext, agent.key_id)


def stored(scene: Scene, agent_id: str) -> Any:
    agent = scene.store.agent(agent_id)
    assert agent is not None
    return agent


def test_a_new_agent_is_pending_under_the_default_policy() -> None:
    scene = Scene()

    agent = scene.enrolment.create_agent(WANTED)

    assert stored(scene, agent.agent_id).status is AgentStatus.PENDING
    assert scene.enrolment.policy(agent.agent_id) == POLICY


def test_the_address_is_that_of_the_sealed_key() -> None:
    scene = Scene()
    secret = b"\x07" * 32
    keys = wrapped_only(scene.vault, lambda length: secret[:length])
    enrolment = Enrolment(scene.store, keys, scene.clock, POLICY)

    agent = enrolment.create_agent(WANTED)

    context = signing_context(agent.agent_id, agent.key_version)
    assert scene.vault.open(sealed(agent), context) == secret
    assert agent.address == Account.from_key(secret).address.lower()


@pytest.mark.parametrize(
    "other", [{"agent_id": "other"}, {"key_version": "2"}, {"purpose": "recovery"}, {"app": "x"}]
)
def test_a_key_does_not_open_under_another_context(other: dict[str, str]) -> None:
    scene = Scene()
    context = signing_context(scene.agent.agent_id, 1)

    with pytest.raises(KeyUnusableError):
        scene.vault.open(sealed(scene.agent), {**context, **other})


def test_every_agent_has_a_key_and_an_id_of_its_own() -> None:
    scene = Scene()

    agents = [scene.enrolment.create_agent(WANTED) for _ in range(5)]

    assert len({agent.address for agent in agents}) == 5
    assert len({agent.agent_id for agent in agents}) == 5


def test_an_id_carries_its_owners_mark_but_not_the_owner() -> None:
    scene = Scene()
    mine, other = scene.enrol("user-1"), scene.enrol("user-2")

    assert owner_mark_of(mine.agent_id) == owner_mark_of(scene.agent.agent_id)
    assert owner_mark_of(mine.agent_id) != owner_mark_of(other.agent_id)
    assert "user-1" not in mine.agent_id


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": ""},
        {"wallet_id": ""},
        {"wallet_address": "0x12"},
        {"wallet_address": "0x" + "AB" * 20},
        {"venue": "polymarket"},
        {"agent_name": ""},
        {"agent_name": "x" * 17},
        {"agent_name": "valid_until1"},
        {"agent_name": "a Valid_Until 1"},
        {"agent_name": "tab\there"},
        {"agent_name": "blank "},
    ],
)
def test_a_request_that_cannot_be_meant_makes_no_key(changes: dict[str, str]) -> None:
    scene = Scene()
    before = len(scene.store.audited)

    with pytest.raises(InvalidInputError):
        scene.enrolment.create_agent(replace(WANTED, **changes))

    assert len(scene.store.audited) == before


def test_a_vault_that_is_away_leaves_no_agent_behind() -> None:
    scene = Scene()
    before = len(scene.store.audited)
    scene.vault.is_away = True

    with pytest.raises(DependencyError):
        scene.enrolment.create_agent(WANTED)

    assert len(scene.store.audited) == before


def test_activating_and_revoking_again_changes_nothing() -> None:
    scene = Scene()
    scene.enrolment.activate(scene.agent.agent_id)
    scene.enrolment.revoke(scene.agent.agent_id)
    scene.enrolment.revoke(scene.agent.agent_id)

    happened = [entry.event for entry in scene.store.audited]
    assert happened == [
        AuditEvent.AGENT_CREATED,
        AuditEvent.AGENT_ACTIVATED,
        AuditEvent.AGENT_REVOKED,
    ]


def test_a_revoked_agent_has_no_ciphertext_and_never_comes_back() -> None:
    scene = Scene()
    scene.enrolment.revoke(scene.agent.agent_id)

    assert stored(scene, scene.agent.agent_id).ciphertext == b""
    with pytest.raises(NotAllowedError) as refused:
        scene.enrolment.activate(scene.agent.agent_id)
    assert refused.value.code == "AGENT_REVOKED"


def test_an_agent_that_nobody_made_can_be_neither_activated_nor_revoked() -> None:
    scene = Scene()

    with pytest.raises(NotFoundError):
        scene.enrolment.activate("nobody")
    with pytest.raises(NotFoundError):
        scene.enrolment.revoke("nobody")


@pytest.mark.parametrize(
    "order",
    [
        SwitchOrder(Switch.KILL_GLOBAL, on=True, subject="user-1"),
        SwitchOrder(Switch.KILL_USER, on=True),
        SwitchOrder(Switch.FLAGGED, on=True, subject="user-1"),
        SwitchOrder(Switch.KILL_GLOBAL, on=False),
    ],
)
def test_a_switch_that_cannot_be_meant_is_refused(order: SwitchOrder) -> None:
    with pytest.raises(InvalidInputError):
        Scene().enrolment.turn(order)


@pytest.mark.parametrize("their_clock_ms", [0, 1, NOW_MS - 300, NOW_MS + 86_400_000])
def test_a_kill_counts_from_its_arrival_whatever_its_callers_clock(their_clock_ms: int) -> None:
    scene = Scene()

    taken = scene.enrolment.turn(SwitchOrder(Switch.KILL_GLOBAL, on=True, at_ms=their_clock_ms))

    assert taken.at_ms == NOW_MS
    assert scene.refusal(scene.entry()) == "KILL_SWITCH"


def test_what_turned_a_switch_off_is_audited_with_the_time_of_the_decision() -> None:
    scene = Scene()
    off = SwitchOrder(Switch.KILL_USER, on=False, subject="user-1", at_ms=NOW_MS - 5_000)

    scene.enrolment.turn(off)

    entry = scene.store.audited[-1]
    assert entry.event == AuditEvent.SWITCH_SET
    assert entry.facts == {"subject": "user-1", "on": False, "decided_at_ms": NOW_MS - 5_000}


def test_an_off_that_comes_too_late_leaves_no_audit_entry() -> None:
    scene = Scene()
    scene.enrolment.turn(SwitchOrder(Switch.KILL_GLOBAL, on=True))
    before = len(scene.store.audited)

    with pytest.raises(ConflictError) as refused:
        scene.enrolment.turn(SwitchOrder(Switch.KILL_GLOBAL, on=False, at_ms=NOW_MS - 60_000))

    assert refused.value.code == "NEWER_DECISION"
    assert len(scene.store.audited) == before

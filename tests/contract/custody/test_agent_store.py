"""What every agent store and every vault promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custody.agents import AgentStatus, Bounds, tombstone_of
from custody.audit import AuditEvent, of_agent, of_policy
from custody.keys import KeyUnusableError, Sealed, WrappedKeys, signing_context
from tests.unit.custody.scene import NOW_MS, POLICY, Scene
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from tests.contract.custody.backends import Backend

AGENT = replace(Scene().agent, status=AgentStatus.PENDING)
CREATED = of_agent(AuditEvent.AGENT_CREATED, AGENT, NOW_MS)
ACTIVATED = of_agent(AuditEvent.AGENT_ACTIVATED, AGENT, NOW_MS)
REVOKED = of_agent(AuditEvent.AGENT_REVOKED, AGENT, NOW_MS)


def test_a_new_agent_is_kept_with_its_audit_entry(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)

    assert backend.agents.agent(AGENT.agent_id) == AGENT
    assert backend.audited() == 1


def test_an_agent_that_nobody_made_is_none(backend: Backend) -> None:
    assert backend.agents.agent("nobody") is None


def test_an_id_is_given_once(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)

    with pytest.raises(ConflictError):
        backend.agents.create(replace(AGENT, address="0x" + "00" * 20), POLICY, CREATED)

    assert backend.agents.agent(AGENT.agent_id) == AGENT
    assert backend.audited() == 1


def test_a_pending_agent_becomes_active_once(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.activate(AGENT, ACTIVATED)

    with pytest.raises(ConflictError):
        backend.agents.activate(AGENT, ACTIVATED)

    assert backend.agents.agent(AGENT.agent_id) == replace(AGENT, status=AgentStatus.ACTIVE)


def test_a_revoked_agent_is_a_tombstone_without_a_key_and_without_its_owner(
    backend: Backend,
) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.revoke(AGENT, REVOKED)

    tombstone = backend.agents.agent(AGENT.agent_id)
    assert tombstone == tombstone_of(AGENT)
    whose = (AGENT.user_id, AGENT.wallet_id, AGENT.wallet_address, AGENT.agent_name, AGENT.address)
    assert not [each for each in whose if each in repr(tombstone)]
    with pytest.raises(ConflictError):
        backend.agents.activate(AGENT, ACTIVATED)


def test_an_id_is_not_given_again_when_its_agent_was_revoked(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.revoke(AGENT, REVOKED)

    with pytest.raises(ConflictError):
        backend.agents.create(AGENT, POLICY, CREATED)


def test_an_agent_that_is_gone_is_not_revoked(backend: Backend) -> None:
    with pytest.raises(ConflictError):
        backend.agents.revoke(AGENT, REVOKED)

    assert backend.agents.agent(AGENT.agent_id) is None


def test_a_key_opens_under_the_context_it_was_sealed_to(backend: Backend) -> None:
    secret = b"\x05" * 32
    context = signing_context(AGENT.agent_id, AGENT.key_version)

    sealed = backend.vault.seal(secret, context)

    assert secret not in sealed.ciphertext
    assert backend.vault.open(sealed, context) == secret


@pytest.mark.parametrize("other", [{"agent_id": "other"}, {"purpose": "recovery"}])
def test_a_key_opens_under_no_other_context(backend: Backend, other: dict[str, str]) -> None:
    context = signing_context(AGENT.agent_id, AGENT.key_version)
    sealed = backend.vault.seal(b"\x05" * 32, context)

    with pytest.raises(KeyUnusableError):
        backend.vault.open(sealed, {**context, **other})


def test_a_key_sealed_by_an_unknown_key_is_not_opened(backend: Backend) -> None:
    context = signing_context(AGENT.agent_id, AGENT.key_version)
    sealed = backend.vault.seal(b"\x05" * 32, context)

    with pytest.raises(KeyUnusableError):
        backend.vault.open(Sealed(sealed.ciphertext, "a-stranger"), context)


def test_an_unlocked_key_is_let_go_of(backend: Backend) -> None:
    keys = WrappedKeys(backend.vault)
    made = keys.make(AGENT.agent_id, AGENT.key_version)
    kept = replace(AGENT, ciphertext=made.ciphertext, key_id=made.key_id)

    with keys.opened(kept) as key:
        assert key.signature_of(b"\x01" * 32).v in {27, 28}

    assert key.secret == b""


FIRST = Bounds(POLICY)
NARROW = replace(POLICY, max_leverage=1)
CHANGED = of_policy(AGENT, FIRST, NARROW, NOW_MS, is_wider=False)
SUCCESSOR = replace(AGENT, agent_id="successor")
ELSEWHERE = replace(AGENT, agent_id="elsewhere", wallet_address="0x" + "cd" * 20)


def test_bounds_are_changed_once_for_what_was_read(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    before = backend.audited()
    backend.agents.set_policy(AGENT, FIRST, NARROW, CHANGED)

    with pytest.raises(ConflictError):
        backend.agents.set_policy(AGENT, FIRST, POLICY, CHANGED)

    changed = Bounds(NARROW, 1)
    assert backend.agents.bounds(AGENT) == changed
    assert backend.audited() == before + 1
    backend.agents.set_policy(AGENT, changed, POLICY, CHANGED)
    assert backend.agents.bounds(AGENT) == Bounds(POLICY, 2)


def test_bounds_of_what_is_revoked_or_gone_are_not_changed(backend: Backend) -> None:
    with pytest.raises(ConflictError):
        backend.agents.set_policy(AGENT, FIRST, NARROW, CHANGED)
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.revoke(AGENT, REVOKED)

    with pytest.raises(ConflictError):
        backend.agents.set_policy(AGENT, FIRST, NARROW, CHANGED)

    assert backend.agents.bounds(AGENT) == FIRST


def test_only_the_first_agent_of_a_wallet_brings_it_bounds(backend: Backend) -> None:
    assert backend.agents.bounds(AGENT) is None
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.set_policy(AGENT, FIRST, NARROW, CHANGED)

    backend.agents.create(SUCCESSOR, POLICY, CREATED)
    backend.agents.create(ELSEWHERE, POLICY, CREATED)

    assert backend.agents.bounds(SUCCESSOR) == Bounds(NARROW, 1)
    assert backend.agents.bounds(ELSEWHERE) == FIRST


def test_bounds_are_changed_by_any_agent_of_the_wallet_under_one_version(backend: Backend) -> None:
    backend.agents.create(AGENT, POLICY, CREATED)
    backend.agents.create(SUCCESSOR, POLICY, CREATED)
    backend.agents.set_policy(AGENT, FIRST, NARROW, CHANGED)

    with pytest.raises(ConflictError):
        backend.agents.set_policy(SUCCESSOR, FIRST, POLICY, CHANGED)
    backend.agents.set_policy(SUCCESSOR, Bounds(NARROW, 1), POLICY, CHANGED)

    assert backend.agents.bounds(AGENT) == Bounds(POLICY, 2)

"""What every agent store and every vault promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custody.agents import AgentStatus, tombstone_of
from custody.audit import AuditEvent, of_agent, of_policy
from custody.keys import KeyUnusableError, Sealed, WrappedKeys, signing_context
from tests.unit.custody.scene import NOW_MS, Scene
from understudy.domain.errors import ConflictError

if TYPE_CHECKING:
    from tests.contract.custody.backends import Backend

AGENT = replace(Scene().agent, status=AgentStatus.PENDING)
CREATED = of_agent(AuditEvent.AGENT_CREATED, AGENT, NOW_MS)
ACTIVATED = of_agent(AuditEvent.AGENT_ACTIVATED, AGENT, NOW_MS)
REVOKED = of_agent(AuditEvent.AGENT_REVOKED, AGENT, NOW_MS)


def test_a_new_agent_is_kept_with_its_audit_entry(backend: Backend) -> None:
    backend.agents.create(AGENT, CREATED)

    assert backend.agents.agent(AGENT.agent_id) == AGENT
    assert backend.audited() == 1


def test_an_agent_that_nobody_made_is_none(backend: Backend) -> None:
    assert backend.agents.agent("nobody") is None


def test_an_id_is_given_once(backend: Backend) -> None:
    backend.agents.create(AGENT, CREATED)

    with pytest.raises(ConflictError):
        backend.agents.create(replace(AGENT, address="0x" + "00" * 20), CREATED)

    assert backend.agents.agent(AGENT.agent_id) == AGENT
    assert backend.audited() == 1


def test_a_pending_agent_becomes_active_once(backend: Backend) -> None:
    backend.agents.create(AGENT, CREATED)
    backend.agents.activate(AGENT, ACTIVATED)

    with pytest.raises(ConflictError):
        backend.agents.activate(AGENT, ACTIVATED)

    assert backend.agents.agent(AGENT.agent_id) == replace(AGENT, status=AgentStatus.ACTIVE)


def test_a_revoked_agent_is_a_tombstone_without_a_key_and_without_its_owner(
    backend: Backend,
) -> None:
    backend.agents.create(AGENT, CREATED)
    backend.agents.revoke(AGENT, REVOKED)

    tombstone = backend.agents.agent(AGENT.agent_id)
    assert tombstone == tombstone_of(AGENT)
    whose = (AGENT.user_id, AGENT.wallet_id, AGENT.wallet_address, AGENT.agent_name, AGENT.address)
    assert not [each for each in whose if each in repr(tombstone)]
    with pytest.raises(ConflictError):
        backend.agents.activate(AGENT, ACTIVATED)


def test_an_id_is_not_given_again_when_its_agent_was_revoked(backend: Backend) -> None:
    backend.agents.create(AGENT, CREATED)
    backend.agents.revoke(AGENT, REVOKED)

    with pytest.raises(ConflictError):
        backend.agents.create(AGENT, CREATED)


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


NARROW = replace(AGENT.policy, max_leverage=1)
CHANGED = of_policy(AGENT, NARROW, NOW_MS, is_wider=False)


def test_bounds_are_changed_once_for_what_was_read(backend: Backend) -> None:
    backend.agents.create(AGENT, CREATED)
    backend.agents.set_policy(AGENT, NARROW, CHANGED)

    with pytest.raises(ConflictError):
        backend.agents.set_policy(AGENT, AGENT.policy, CHANGED)

    changed = backend.agents.agent(AGENT.agent_id)
    assert changed == replace(AGENT, policy=NARROW, policy_version=1)
    backend.agents.set_policy(changed, AGENT.policy, CHANGED)
    assert backend.agents.agent(AGENT.agent_id) == replace(AGENT, policy_version=2)


def test_bounds_of_what_is_revoked_or_gone_are_not_changed(backend: Backend) -> None:
    with pytest.raises(ConflictError):
        backend.agents.set_policy(AGENT, NARROW, CHANGED)
    backend.agents.create(AGENT, CREATED)
    backend.agents.revoke(AGENT, REVOKED)

    with pytest.raises(ConflictError):
        backend.agents.set_policy(AGENT, NARROW, CHANGED)

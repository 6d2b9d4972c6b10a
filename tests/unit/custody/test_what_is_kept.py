"""What custody and the audit keep of somebody who has gone leads nobody back to them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from cli.wallet_key import WalletKey
from custody.agents import address_mark
from custody.audit import AuditEvent
from custody.enrolment import NewAgent, PolicyOrder, SwitchOrder
from custody.migration.legacy import taken_over
from custody.rewrapping import Rewrapping
from tests.fakes.sealed_agents import InMemorySealedAgents
from tests.unit.custody.scene import NOW_MS, POLICY, Scene
from tests.unit.custody.test_migration import Scene as LegacyScene
from understudy.domain.errors import ConflictError
from understudy.domain.markets import HYPERLIQUID
from understudy.ports.switches import Switch

OWNER = WalletKey(b"\x31" * 32)
ADDRESS = OWNER.address.lower()
WANTED = NewAgent("user-1", "wallet-1", ADDRESS, HYPERLIQUID, "alices-own", request_id="r1")


def lived() -> Scene:
    """Let an agent do everything that is audited, and be revoked."""
    scene = Scene()
    scene.agent = agent = scene.enrolment.create_agent(WANTED)
    scene.enrolment.activate(agent.agent_id)
    scene.signed(scene.entry(wallet_address=ADDRESS))
    scene.signed(scene.entry(wallet_address=ADDRESS))
    scene.refusal(scene.entry("wild", wallet_address=ADDRESS, leverage=99))
    narrower = replace(POLICY, max_order_notional=Decimal(5_000))
    scene.enrolment.set_policy(PolicyOrder(agent.agent_id), narrower)
    asked = scene.enrolment.set_policy(PolicyOrder(agent.agent_id), POLICY)
    agreed = OWNER.sign_text(asked.to_sign)
    order = PolicyOrder(agent.agent_id, asked.valid_until_ms, agreed)
    scene.enrolment.set_policy(order, POLICY)
    scene.enrolment.turn(SwitchOrder(Switch.KILL_USER, on=True, subject="user-1"))
    agents = InMemorySealedAgents(scene.store, page_items=100)
    Rewrapping(agents, scene.vault.switched(), scene.clock).go_on("")
    scene.enrolment.revoke(agent.agent_id)
    return scene


def test_no_row_names_a_wallet_an_agents_address_or_a_name() -> None:
    scene = lived()
    mine = [each for each in scene.store.audited if each.subject == scene.agent.agent_id]

    assert {each.event for each in mine} == {
        AuditEvent.AGENT_CREATED,
        AuditEvent.AGENT_ACTIVATED,
        AuditEvent.INTENT_APPROVED,
        AuditEvent.INTENT_SIGNED,
        AuditEvent.INTENT_REPEATED,
        AuditEvent.INTENT_REFUSED,
        AuditEvent.POLICY_CHANGED,
        AuditEvent.KEY_REWRAPPED,
        AuditEvent.AGENT_REVOKED,
    }
    assert not leading_back(scene, repr(scene.store.audited))


def test_the_record_of_a_revoked_agent_names_nobody() -> None:
    scene = lived()
    record = scene.store.agent(scene.agent.agent_id)

    assert not leading_back(scene, repr(record))
    assert record is not None
    assert "user-1" not in repr(record)
    assert "wallet-1" not in repr(record)


def test_its_id_is_not_given_again() -> None:
    with pytest.raises(ConflictError):
        lived().enrolment.create_agent(WANTED)


def test_who_knows_the_address_recognises_it_in_record_and_row() -> None:
    scene = lived()
    agent_id, record = scene.agent.agent_id, scene.store.agent(scene.agent.agent_id)
    created = next(each for each in scene.store.audited if each.subject == agent_id)

    mark = address_mark(agent_id, scene.agent.address)

    assert record is not None
    assert record.address == created.facts["address_mark"] == mark
    assert address_mark("another-agent", scene.agent.address) != mark


def test_no_row_of_a_migration_names_its_user_an_address_or_the_order() -> None:
    scene = LegacyScene()
    scene.store.audited += [taken_over(user, NOW_MS) for user in scene.store.users.values()]
    scene.run()
    scene.after_the_quarantine()
    scene.run()

    text = repr(scene.store.audited)
    for user in scene.store.users.values():
        names = (user.user_id, user.wallet_address, user.new_address, user.owner_address)
        assert user.proof
        assert not [each for each in (*names, user.proof) if each in text]


def leading_back(scene: Scene, text: str) -> list[str]:
    """Give which of the names that lead to the agent's owner stand in a text."""
    names = (ADDRESS[2:], scene.agent.address[2:], scene.agent.agent_name)
    return [each for each in names if each in text.lower()]

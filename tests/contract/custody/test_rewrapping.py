"""Keys move under another key of KMS page by page, each once, and sign before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cli.app import main
from cli.ops import rewrap as command
from custody.agents import Agent, AgentStatus, AuthorityKind
from custody.audit import AuditEvent, of_agent, rewrapped
from custody.aws import sealed_agents
from custody.key_care import keys_door, rewrap
from custody.keys import Sealed, WrappedKeys
from custody.migration.legacy import Stage, reached, taken_over
from custody.rewrapping import Progress, Rewrapping
from tests.contract.custody.in_process import OPERATOR, InProcess
from tests.fakes.legacy import legacy_user
from tests.unit.custody.scene import NOW_MS, POLICY, Scene
from understudy.adapters.memory.clock import ManualClock
from understudy.domain.errors import ConflictError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from custody.keys import KeyVault
    from custody.migration.legacy import LegacyUser
    from tests.contract.custody.backends import Backend

DIGEST = b"\x01" * 32


def stored(backend: Backend, number: int, **changes: object) -> Agent:
    agent_id = f"mark-{number}"
    key = WrappedKeys(backend.vault).make(agent_id, 1)
    agent = replace(
        Scene().agent,
        agent_id=agent_id,
        status=AgentStatus.ACTIVE,
        address=key.address,
        ciphertext=key.ciphertext,
        key_id=key.key_id,
        **changes,  # type: ignore[arg-type]  # fields by name
    )
    backend.agents.create(agent, POLICY, of_agent(AuditEvent.AGENT_CREATED, agent, NOW_MS))
    return agent


def run(backend: Backend, vault: KeyVault) -> int:
    moved, page = 0, ""
    while True:
        progress = Rewrapping(backend.sealed, vault, ManualClock(NOW_MS)).go_on(page)
        moved, page = moved + progress.moved, progress.next_page
        if not page:
            return moved


def read(backend: Backend, agent: Agent) -> Agent:
    found = backend.agents.agent(agent.agent_id)
    assert found is not None
    return found


def test_every_key_moves_once_and_signs_as_before(backend: Backend) -> None:
    agents = [stored(backend, number) for number in range(5)]
    before = backend.audited()
    vault = backend.next_vault()

    assert (run(backend, vault), run(backend, vault)) == (5, 0)

    moved = [read(backend, agent) for agent in agents]
    assert {each.key_id for each in moved} == {vault.sealing_key_id}
    assert backend.audited() == before + 5
    for was, now in zip(agents, moved, strict=True):
        with WrappedKeys(vault).opened(was) as old, WrappedKeys(vault).opened(now) as new:
            assert old.signature_of(DIGEST) == new.signature_of(DIGEST)


def test_each_move_is_written_down_under_the_run_of_the_command_that_asked_for_it(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        stored(backend, number)
    migrated(backend, 1)
    rewrapping = Rewrapping(backend.sealed, backend.next_vault(), ManualClock(NOW_MS))
    place = InProcess(keys_door({"rewrap": rewrap(rewrapping)}))
    monkeypatch.setattr(command, "find_place", lambda _: place)

    assert main(["ops", "rewrap"]) == 0

    ((started, run_id),) = place.written
    assert (started.event, started.facts) == ("REWRAP_STARTED", {"operator": OPERATOR})
    moves = [named for event, named in backend.rows() if event == AuditEvent.KEY_REWRAPPED]
    assert run_id
    assert moves == [run_id] * 4


def migrated(backend: Backend, number: int) -> LegacyUser:
    """Take a user of the older system as far as a wallet under the authority."""
    user = legacy_user(number)
    backend.legacy.add(user, taken_over(user, NOW_MS))
    key = WrappedKeys(backend.vault).make(user.new_key.agent_id, user.new_key.key_version)
    made = replace(
        user,
        stage=Stage.WALLET_CREATED,
        new_address=key.address,
        new_key_id=key.key_id,
        new_ciphertext=key.ciphertext,
    )
    backend.legacy.advance(user, made, reached(made, NOW_MS), NOW_MS)
    return made


def test_the_keys_of_users_who_came_from_an_older_system_move_too(backend: Backend) -> None:
    waiting = legacy_user(0)
    backend.legacy.add(waiting, taken_over(waiting, NOW_MS))
    users = [migrated(backend, number) for number in (1, 2)]
    stored(backend, 1)
    before = backend.audited()
    vault = backend.next_vault()

    assert (run(backend, vault), run(backend, vault)) == (3, 0)

    assert backend.audited() == before + 3
    assert backend.legacy.read(waiting.user_id) == waiting
    for was in users:
        now = backend.legacy.read(was.user_id)
        assert now is not None
        assert (now.new_key_id, now.stage) == (vault.sealing_key_id, Stage.WALLET_CREATED)
        opened = WrappedKeys(vault).opened
        with opened(was.new_key) as old, opened(now.new_key) as new:
            assert old.signature_of(DIGEST) == new.signature_of(DIGEST)


def test_a_migrations_step_that_read_before_a_key_moved_does_not_put_the_old_one_back(
    backend: Backend,
) -> None:
    was = migrated(backend, 1)
    vault = backend.next_vault()
    assert run(backend, vault) == 1
    later = replace(was, stage=Stage.TRANSFERRED, proof="order", quarantine_ends_ms=NOW_MS)

    with pytest.raises(ConflictError):
        backend.legacy.advance(was, later, reached(later, NOW_MS), NOW_MS)

    now = backend.legacy.read(was.user_id)
    assert now is not None
    assert now.new_key_id == vault.sealing_key_id


def test_what_is_not_wrapped_or_is_revoked_stays_as_it_is(backend: Backend) -> None:
    resident = stored(backend, 1, authority=AuthorityKind.KMS_RESIDENT)
    revoked = stored(backend, 2)
    backend.agents.revoke(revoked, of_agent(AuditEvent.AGENT_REVOKED, revoked, NOW_MS))

    assert run(backend, backend.next_vault()) == 0
    assert read(backend, resident) == resident


def test_an_agent_revoked_meanwhile_is_not_brought_back(backend: Backend) -> None:
    agent = stored(backend, 1)
    backend.agents.revoke(agent, of_agent(AuditEvent.AGENT_REVOKED, agent, NOW_MS))
    entry = of_agent(AuditEvent.KEY_REWRAPPED, agent, NOW_MS)

    with pytest.raises(ConflictError):
        backend.sealed.reseal(agent, Sealed(b"new", "key"), entry)

    assert read(backend, agent).ciphertext == b""


def test_one_key_that_does_not_open_blocks_no_other(backend: Backend) -> None:
    spoilt = stored(backend, 1)
    swapped = stored(backend, 2)
    other = stored(backend, 3)
    entry = of_agent(AuditEvent.KEY_REWRAPPED, spoilt, NOW_MS)
    backend.sealed.reseal(spoilt, Sealed(swapped.ciphertext, swapped.key_id), entry)
    vault = backend.next_vault()

    progress = Rewrapping(backend.sealed, vault, ManualClock(NOW_MS)).go_on("")

    assert progress == Progress(2, unusable=(spoilt.agent_id,), unusable_users=(), next_page="")
    assert read(backend, other).key_id == vault.sealing_key_id


def test_a_user_of_an_older_system_whose_key_does_not_open_is_named_and_moves_once_it_is_put_back(
    backend: Backend,
) -> None:
    spoilt, other = migrated(backend, 1), migrated(backend, 2)
    entry = rewrapped(spoilt.new_key, spoilt.new_key_id, NOW_MS)
    swapped = Sealed(other.new_ciphertext, other.new_key_id)
    backend.sealed.reseal(spoilt.new_key, swapped, entry)
    vault = backend.next_vault()

    progress = Rewrapping(backend.sealed, vault, ManualClock(NOW_MS)).go_on("")
    assert progress == Progress(1, unusable=(), unusable_users=(spoilt.user_id,), next_page="")

    held = spoilt.new_key._replace(ciphertext=swapped.ciphertext)
    backend.sealed.reseal(held, Sealed(spoilt.new_ciphertext, spoilt.new_key_id), entry)
    assert run(backend, vault) == 1


def test_a_run_that_broke_off_goes_on_where_it_stopped(backend: Backend) -> None:
    for number in range(5):
        stored(backend, number)
    vault = backend.next_vault()

    with pytest.raises(DependencyError):
        Rewrapping(backend.sealed, FailingAfter(vault, 3), ManualClock(NOW_MS)).go_on("")

    assert run(backend, vault) == 2


def test_a_page_of_keys_moves_at_a_time_and_the_next_call_goes_on_behind_it(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed_agents, "_PAGE_ITEMS", 2)
    agents = [stored(backend, number) for number in range(5)]
    vault = backend.next_vault()

    calls = [Rewrapping(backend.sealed, vault, Hurrying(NOW_MS)).go_on("")]
    while calls[-1].next_page:
        page = calls[-1].next_page
        calls.append(Rewrapping(backend.sealed, vault, Hurrying(NOW_MS)).go_on(page))

    assert sum(each.moved for each in calls) == len(agents)
    assert max(each.moved for each in calls) <= 2
    assert {read(backend, each).key_id for each in agents} == {vault.sealing_key_id}


class Hurrying(ManualClock):
    """A clock by which a function's time is over after one page."""

    def now_ms(self) -> int:
        self.advance(60_000)
        return super().now_ms()


class FailingAfter:
    """A vault that answers a few calls and is then away."""

    def __init__(self, vault: KeyVault, calls: int) -> None:
        self._vault = vault
        self._left = calls

    @property
    def sealing_key_id(self) -> str:
        return self._vault.sealing_key_id

    def seal(self, secret: bytes, context: Mapping[str, str]) -> Sealed:
        return self._vault.seal(secret, context)

    def open(self, sealed: Sealed, context: Mapping[str, str]) -> bytes:
        return self._vault.open(sealed, context)

    def rewrap(self, sealed: Sealed, context: Mapping[str, str]) -> Sealed:
        self._left -= 1
        if self._left < 0:
            raise DependencyError("the vault is away")
        return self._vault.rewrap(sealed, context)

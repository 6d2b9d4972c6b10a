"""Of the same request twice at once one agent comes, and no key that nobody has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from custody.agents import Agent, AuthorityKind
from custody.authorities import Authorities, Authority, Key
from custody.enrolment import Enrolment, NewAgent
from custody.keys import KeyUnusableError, WrappedKeys
from custody.store import AgentStore
from tests.contract.custody.authorities import HERE, ON_THE_EMULATOR
from tests.contract.custody.backends import in_memory
from tests.unit.custody.scene import NOW_MS, POLICY, WALLET
from understudy.adapters.memory.clock import ManualClock

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from custody.authorities import DigestSigner, HeldKey
    from tests.contract.custody.backends import Backend

WANTED = NewAgent("user-1", "wallet-1", WALLET, "hyperliquid", "understudy", "request-1")
DIGEST = b"\x07" * 32


def _nowhere(service: str) -> Any:
    raise AssertionError(f"{service} is not needed here")


@dataclass
class Watched:
    """An authority, with every key that it made; it lets somebody act after the next one."""

    inner: Authority
    made: list[Key] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None

    def make(self, agent_id: str, key_version: int) -> Key:
        self.made.append(self.inner.make(agent_id, key_version))
        key, act, self.meanwhile = self.made[-1], self.meanwhile, None
        if act is not None:
            act()
        return key

    def opened(self, held: HeldKey) -> AbstractContextManager[DigestSigner]:
        return self.inner.opened(held)

    def destroy(self, held: HeldKey) -> None:
        self.inner.destroy(held)

    def signs(self, agent: Agent) -> bool:
        try:
            with self.opened(agent) as key:
                key.signature_of(DIGEST)
        except KeyUnusableError:
            return False
        return True


def enrolment_on(agents: AgentStore, watched: Watched, kind: AuthorityKind) -> Enrolment:
    authorities = Authorities({kind: lambda: watched})
    return Enrolment(agents, authorities, ManualClock(NOW_MS), POLICY, authority=kind)


@pytest.fixture(
    params=[*HERE, *(pytest.param(each, marks=pytest.mark.integration) for each in ON_THE_EMULATOR)]
)
def kind_and_authority(request: pytest.FixtureRequest) -> Any:
    kind, opened = {**HERE, **ON_THE_EMULATOR}[request.param]
    emulated = request.param in ON_THE_EMULATOR
    clients = request.getfixturevalue("emulator_clients") if emulated else _nowhere
    with opened(clients) as authority:
        yield kind, authority


def test_both_have_the_same_agent_and_no_other_key_signs(kind_and_authority: Any) -> None:
    kind, authority = kind_and_authority
    watched, agents = Watched(authority), in_memory().agents
    enrolment = enrolment_on(agents, watched, kind)
    answers: list[Agent] = []
    watched.meanwhile = lambda: answers.append(enrolment.create_agent(WANTED))

    answers.append(enrolment.create_agent(WANTED))

    (first, second) = answers
    assert first == second == agents.agent(first.agent_id)
    assert watched.signs(first)
    for spare in [key for key in watched.made if key.address != first.address]:
        kept = replace(first, address=spare.address, key_id=spare.key_id, ciphertext=b"")
        assert not watched.signs(kept), "what is not in the record is all that could be left"


def test_one_record_one_sealed_key_and_one_audit_entry_are_kept(backend: Backend) -> None:
    watched = Watched(WrappedKeys(backend.vault))
    enrolment = enrolment_on(backend.agents, watched, AuthorityKind.KMS_WRAPPED)
    answers: list[Agent] = []
    watched.meanwhile = lambda: answers.append(enrolment.create_agent(WANTED))

    answers.append(enrolment.create_agent(WANTED))

    kept = backend.sealed.sealed_otherwise("no key at all", "").keys
    assert [each.ciphertext for each in kept] == [answers[0].ciphertext]
    assert len({key.ciphertext for key in watched.made}) == 2
    assert backend.audited() == 1

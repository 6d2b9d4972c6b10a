"""A key in KMS has its agent's name, so that it is made once and found again by whoever asks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from custody.agents import AuthorityKind
from custody.authorities import Key
from custody.aws.resident_keys import ResidentKeys
from custody.keys import KeyUnusableError
from tests.contract.custody.authorities import ROLE, agent_of
from tests.fakes.kms import SigningKms
from tests.unit.custody.test_authorities import WANTED, Mixed
from understudy.domain.errors import DependencyError


def resident(kms: SigningKms, role: str = ROLE) -> ResidentKeys:
    return ResidentKeys(kms, role)  # type: ignore[arg-type]  # a fake of boto3's client


def test_a_resident_key_that_was_made_is_found_by_its_name_and_made_once() -> None:
    kms = SigningKms()

    first = resident(kms).make("agent", 1)
    again = resident(kms).make("agent", 1)

    assert again == first
    assert set(kms.state) == kms.able_to_sign() == {first.key_id}
    assert kms.aliases == {"alias/understudy/signer/agent-1": first.key_id}


def test_another_signers_keys_have_other_names() -> None:
    kms = SigningKms()

    ours = resident(kms).make("agent", 1)
    theirs = resident(kms, f"{ROLE}-2").make("agent", 1)

    assert ours.address != theirs.address


def test_of_two_who_make_a_resident_key_at_once_both_have_the_one_that_signs() -> None:
    kms, found = SigningKms(), list[Key]()
    keys = resident(kms)
    kms.meanwhile = lambda: found.append(keys.make("agent", 1))

    found.append(keys.make("agent", 1))

    assert found[0] == found[1]
    assert kms.able_to_sign() == {found[0].key_id}
    assert sorted(kms.state.values()) == ["Enabled", "PendingDeletion"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_resident_key_that_is_refused_its_name_signs_nothing(code: str) -> None:
    kms = SigningKms()
    keys = resident(kms)
    kms.refuses_names = code

    with pytest.raises(DependencyError):
        keys.make("agent", 1)

    assert set(kms.state.values()) == {"PendingDeletion"}


def test_a_resident_key_of_which_nobody_knows_whether_it_has_its_name_is_left_and_found() -> None:
    kms = SigningKms()
    keys = resident(kms)
    kms.loses_names = True

    with pytest.raises(DependencyError):
        keys.make("agent", 1)
    (left,) = kms.able_to_sign()

    assert keys.make("agent", 1).key_id == left


def test_the_name_of_a_destroyed_resident_key_is_given_to_no_other() -> None:
    kms = SigningKms()
    keys = resident(kms)
    keys.destroy(agent_of(keys, AuthorityKind.KMS_RESIDENT, "agent"))

    with pytest.raises(KeyUnusableError):
        keys.make("agent", 1)

    assert not kms.able_to_sign()


def test_a_new_agent_that_may_have_been_stored_or_not_has_its_key_when_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, again = Mixed(), replace(WANTED, request_id="r1")
    with monkeypatch.context() as lost:
        lost.setattr(scene.store, "create", does_not_answer)
        with pytest.raises(DependencyError):
            scene.enrolment.create_agent(again, AuthorityKind.KMS_RESIDENT)

    agent = scene.enrolment.create_agent(again, AuthorityKind.KMS_RESIDENT)

    assert scene.kms.able_to_sign() == {agent.key_id}


def does_not_answer(*_: object) -> None:
    raise DependencyError("the table did not answer")

"""What every authority promises, wherever the key is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from coincurve import PublicKey
from coincurve.utils import GROUP_ORDER_INT

from custody.agents import Agent, AuthorityKind
from custody.authorities import Authority
from custody.keys import KeyUnusableError
from custody.secp256k1 import Signature, address_of_point
from tests.contract.custody.authorities import HERE, ON_THE_EMULATOR, agent_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def _nowhere(service: str) -> Any:
    raise AssertionError(f"{service} is not needed here")


DIGESTS = [hashlib.sha256(bytes([number])).digest() for number in range(12)]
HALF_ORDER = GROUP_ORDER_INT // 2


@dataclass
class Held:
    """An authority and an agent of its making."""

    authority: Authority
    agent: Agent

    def signatures(self) -> list[Signature]:
        with self.authority.opened(self.agent) as key:
            return [key.signature_of(digest) for digest in DIGESTS]


@pytest.fixture(
    params=[*HERE, *(pytest.param(each, marks=pytest.mark.integration) for each in ON_THE_EMULATOR)]
)
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    kind, opened = {**HERE, **ON_THE_EMULATOR}[request.param]
    emulated = request.param in ON_THE_EMULATOR
    clients = request.getfixturevalue("emulator_clients") if emulated else _nowhere
    with opened(clients) as authority:
        yield Held(authority, agent_of(authority, kind))


def test_every_digest_is_signed_by_the_agents_address(held: Held) -> None:
    signers = {
        recovered(digest, each) for digest, each in zip(DIGESTS, held.signatures(), strict=True)
    }

    assert signers == {held.agent.address}


def test_every_signature_has_a_low_s_and_a_recovery_id(held: Held) -> None:
    for signature in held.signatures():
        assert 0 < signature.s <= HALF_ORDER
        assert signature.v in {27, 28}


def test_every_agent_has_a_key_of_its_own(held: Held) -> None:
    other = agent_of(held.authority, held.agent.authority, "mark-2")

    assert other.address != held.agent.address


def test_a_key_that_is_not_in_the_record_alone_is_made_once_by_its_name(held: Held) -> None:
    again = agent_of(held.authority, held.agent.authority)

    assert (again == held.agent) is not bool(held.agent.ciphertext)


def test_a_destroyed_key_signs_nothing_and_may_be_destroyed_again(held: Held) -> None:
    revoked = replace(held.agent, ciphertext=b"")

    held.authority.destroy(revoked)
    held.authority.destroy(revoked)

    if held.agent.authority is not AuthorityKind.DEVELOPMENT:  # worked out anew by whoever asks
        with pytest.raises(KeyUnusableError), held.authority.opened(revoked) as key:
            key.signature_of(DIGESTS[0])


def test_a_key_signs_for_no_other_agent(held: Held) -> None:
    other = agent_of(held.authority, held.agent.authority, "mark-2")
    mixed = replace(
        other, ciphertext=held.agent.ciphertext, key_id=held.agent.key_id, agent_id="mark-3"
    )

    with pytest.raises(KeyUnusableError), held.authority.opened(mixed) as key:
        key.signature_of(DIGESTS[0])


def test_nothing_that_is_kept_or_shown_is_a_key(held: Held) -> None:
    kept = [getattr(held.agent, each.name) for each in fields(held.agent)]

    with held.authority.opened(held.agent) as key:
        shown = repr(held.authority) + repr(key) + str(key)

    assert not [each for each in kept if isinstance(each, bytes) and is_the_key(each, held.agent)]
    assert len(shown) < 1000


def is_the_key(kept: bytes, agent: Agent) -> bool:
    windows = (kept[start : start + 32] for start in range(len(kept) - 31))
    return any(opens(each, agent) for each in windows)


def opens(secret: bytes, agent: Agent) -> bool:
    try:
        point = PublicKey.from_valid_secret(secret).format(compressed=False)
    except ValueError:
        return False
    return address_of_point(point) == agent.address


def recovered(digest: bytes, signature: Signature) -> str:
    compact = signature.r.to_bytes(32, "big") + signature.s.to_bytes(32, "big")
    public = PublicKey.from_signature_and_message(
        compact + bytes([signature.v - 27]), digest, hasher=None
    )
    return address_of_point(public.format(compressed=False))

"""Which authority signs is the record's word; a development key is worth nothing anywhere else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from custody.agents import Agent, AuthorityKind
from custody.audit import AuditEvent
from custody.authorities import Authorities, Authority
from custody.aws.resident_keys import ResidentKeys
from custody.der import point_in, signature_in
from custody.development import DevelopmentKeys
from custody.enrolment import Enrolment, NewAgent
from custody.keys import KeyUnusableError, WrappedKeys
from custody.secp256k1 import recovered
from custody.signer import IntentSigner
from custody.standing import Tell
from tests.contract.custody.authorities import LOCAL, ROLE, agent_of
from tests.fakes.custody import InMemoryVault, untold
from tests.fakes.kms import SigningKms
from tests.unit.custody.scene import POLICY, TESTNET, WALLET, Scene
from understudy.domain.errors import (
    ConfigurationError,
    DependencyError,
    NotAllowedError,
    SigningUnavailableError,
)
from understudy.domain.intents import Signed, SigningRefused, SigningUnavailable

WANTED = NewAgent("user-1", "wallet-1", WALLET, "hyperliquid", "understudy")
DIGEST = b"\x07" * 32
ANSWERED_AWAY = "what signs for this agent is away"


class Mixed(Scene):
    """A scene in which agents of two authorities sign."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.kms = SigningKms()
        resident = ResidentKeys(self.kms, ROLE)  # type: ignore[arg-type]  # a fake of boto3's client
        keys = Authorities(
            {
                AuthorityKind.KMS_WRAPPED: lambda: WrappedKeys(self.vault),
                AuthorityKind.KMS_RESIDENT: lambda: resident,
            }
        )
        self.enrolment = Enrolment(self.store, keys, self.clock, POLICY)
        self._all_keys = keys
        self.signer = self.signer_with(None)

    def signer_with(self, lanes: ThreadPoolExecutor | None, tell: Tell = untold) -> IntentSigner:
        return IntentSigner(self.store, self._all_keys, self.clock, TESTNET, tell, lanes)

    def resident(self) -> Agent:
        agent = self.enrolment.create_agent(WANTED, AuthorityKind.KMS_RESIDENT)
        self.enrolment.activate(agent.agent_id)
        return agent


@pytest.mark.parametrize(
    "elsewhere",
    [
        {},
        {"UNDERSTUDY_STAGE": "production"},
        {"AWS_ENDPOINT_URL": ""},
        {"AWS_ENDPOINT_URL": "https://kms.eu-west-1.amazonaws.com"},
        {"AWS_ENDPOINT_URL": "http://127.0.0.1.example.com"},
    ],
)
def test_development_keys_cannot_be_made_off_the_local_stage(elsewhere: dict[str, str]) -> None:
    environment = {**LOCAL, **elsewhere} if elsewhere else {}

    with pytest.raises(NotAllowedError) as refused:
        DevelopmentKeys(environment)

    assert refused.value.code == "AUTHORITY_NOT_HERE"


def test_a_development_key_is_the_same_in_every_process() -> None:
    first, again = DevelopmentKeys(LOCAL), DevelopmentKeys(LOCAL)

    assert first.make("agent", 1) == again.make("agent", 1)
    assert first.make("agent", 1) != first.make("agent", 2)


def test_an_authority_is_built_when_the_first_agent_needs_it_and_once() -> None:
    built: list[int] = []

    def make() -> WrappedKeys:
        built.append(1)
        return WrappedKeys(InMemoryVault())

    authorities = Authorities({AuthorityKind.KMS_WRAPPED: make})
    assert not built
    assert authorities.of(AuthorityKind.KMS_WRAPPED) is authorities.of(AuthorityKind.KMS_WRAPPED)
    assert len(built) == 1


def test_who_asks_for_no_authority_gets_the_deployments_and_the_audit_names_it() -> None:
    scene, resident = Scene(), AuthorityKind.KMS_RESIDENT
    keys = Authorities({resident: lambda: WrappedKeys(scene.vault)})
    enrolment = Enrolment(scene.store, keys, scene.clock, POLICY, authority=resident)
    again = replace(WANTED, request_id="r1")

    agent = enrolment.create_agent(again)

    assert agent.authority is resident
    assert scene.store.audited[-1].facts["authority"] is resident
    assert enrolment.create_agent(again) == agent


def test_an_authority_that_is_not_here_makes_no_agent_and_signs_nothing() -> None:
    scene = Scene()
    with pytest.raises(NotAllowedError) as refused:
        scene.enrolment.create_agent(WANTED, AuthorityKind.DEVELOPMENT)
    assert refused.value.code == "AUTHORITY_NOT_HERE"

    scene.store._agents[scene.agent.agent_id] = replace(
        scene.store._agents[scene.agent.agent_id], authority=AuthorityKind.DEVELOPMENT
    )
    assert scene.refusal(scene.entry()) == "KEY_UNUSABLE"


def test_agents_of_different_authorities_sign_in_one_batch() -> None:
    scene = Mixed()
    agent = scene.resident()

    answers = scene.sign(scene.entry(), scene.entry("other", agent_id=agent.agent_id))

    assert not [each for each in answers if isinstance(each, SigningRefused)]
    assert scene.vault.opened == 1


@pytest.mark.parametrize("side_by_side", [False, True])
def test_an_authority_that_is_away_is_away_for_its_own_agents_alone(*, side_by_side: bool) -> None:
    scene = Mixed()
    agent = scene.resident()
    its = [scene.entry(f"its {n}", agent_id=agent.agent_id) for n in range(2)]
    refused = scene.entry("wild", agent_id=agent.agent_id, leverage=99)
    scene.kms.is_away = True

    with ThreadPoolExecutor(2) as threads:
        signer = scene.signer_with(threads if side_by_side else None)
        answers = signer.sign([its[0], scene.exit("out"), refused, its[1], scene.entry("in")])

    away = [SigningUnavailable(each.intent_id, ANSWERED_AWAY) for each in its]
    assert [answers[0], answers[3]] == away
    assert answers[2] == SigningRefused(refused.intent_id, "LEVERAGE_NOT_ALLOWED")
    assert isinstance(answers[1], Signed)
    assert isinstance(answers[4], Signed)


@pytest.mark.parametrize("side_by_side", [False, True])
def test_an_authority_that_is_set_up_wrongly_stops_its_own_agents_alone_and_says_how(
    *, side_by_side: bool
) -> None:
    def wrong() -> Authority:
        raise ConfigurationError("ITS_URL must begin with https://")

    scene = Mixed()
    its = scene.entry("its", agent_id=scene.resident().agent_id)
    mine = scene.entry("mine")
    wrapped = WrappedKeys(scene.vault)
    scene._all_keys = Authorities(
        {AuthorityKind.KMS_WRAPPED: lambda: wrapped, AuthorityKind.KMS_RESIDENT: wrong}
    )

    told: list[tuple[str, str]] = []
    with ThreadPoolExecutor(2) as threads:
        lanes = threads if side_by_side else None
        signer = scene.signer_with(lanes, lambda name, error: told.append((name, str(error))))
        answers = signer.sign([its, mine])

    assert answers[0] == SigningUnavailable(its.intent_id, ANSWERED_AWAY)
    assert isinstance(answers[1], Signed)
    assert told == [("KMS_RESIDENT", "ITS_URL must begin with https://")]
    with pytest.raises(ConfigurationError, match="ITS_URL"):
        signer.sign([its])


def test_what_was_unavailable_is_written_down_and_signed_when_asked_again() -> None:
    scene = Mixed()
    agent = scene.resident()
    entry = scene.entry("its", agent_id=agent.agent_id)
    scene.kms.is_away = True
    scene.sign(entry, scene.entry("mine"))
    scene.kms.is_away = False

    happened = [each.event for each in scene.store.audited if each.subject == agent.agent_id]
    assert happened[-2:] == [AuditEvent.INTENT_APPROVED, AuditEvent.INTENT_UNAVAILABLE]
    assert scene.signed(entry).body


def test_a_lane_that_has_no_answer_asks_its_authority_no_more() -> None:
    scene = Mixed()
    agent = scene.resident()
    scene.kms.is_away = True

    scene.sign(*(scene.entry(str(n), agent_id=agent.agent_id) for n in range(3)), scene.exit())

    assert scene.kms.asked_to_sign == 1


def test_kms_away_is_unavailable_and_a_disabled_key_is_unusable() -> None:
    scene = Mixed()
    agent = scene.resident()
    entry = scene.entry(agent_id=agent.agent_id)

    scene.kms.is_away = True
    with pytest.raises(SigningUnavailableError):
        scene.sign(entry)
    scene.kms.is_away = False
    scene.kms.state[agent.key_id] = "Disabled"

    assert scene.refusal(entry) == "KEY_UNUSABLE"


def test_a_resident_key_is_destroyed_with_its_agent_even_when_kms_was_away_first() -> None:
    scene = Mixed()
    agent = scene.resident()
    scene.kms.is_away = True
    with pytest.raises(DependencyError):
        scene.enrolment.revoke(agent.agent_id)
    scene.kms.is_away = False

    assert scene.refusal(scene.entry(agent_id=agent.agent_id)) == "AGENT_NOT_ACTIVE"
    scene.enrolment.revoke(agent.agent_id)

    assert scene.kms.state[agent.key_id] == "PendingDeletion"


def test_a_resident_keys_policy_lets_the_signers_role_alone_sign() -> None:
    kms = SigningKms()
    key = ResidentKeys(kms, ROLE).make("agent", 1)  # type: ignore[arg-type]  # a fake of boto3's client

    statements: list[dict[str, Any]] = json.loads(kms.policies[key.key_id])["Statement"]

    signing = [each["Principal"]["AWS"] for each in statements if "kms:Sign" in each["Action"]]
    assert signing == [ROLE]
    assert any("kms:DisableKey" in each["Action"] for each in statements)
    assert not [action for each in statements for action in each["Action"] if action == "kms:*"]


def test_a_signature_by_another_key_is_not_given_out() -> None:
    keys = ResidentKeys(SigningKms(), ROLE)  # type: ignore[arg-type]  # a fake of boto3's client
    agent = replace(agent_of(keys, AuthorityKind.KMS_RESIDENT), address=WALLET)

    with pytest.raises(KeyUnusableError), keys.opened(agent) as key:
        key.signature_of(DIGEST)


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (2**256 - 1, 1), (1, 2**256 - 1), (5, 1)])
def test_numbers_that_are_no_signature_recover_to_nobody(r: int, s: int) -> None:
    assert recovered(DIGEST, r, s, WALLET) is None


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "30",
        "3106020101020101",
        "3007020101020101",
        "300602010102010100",
        "3006020101030101",
        "3009020101020101020101",
    ],
)
def test_what_is_no_der_of_a_signature_is_not_read(encoded: str) -> None:
    with pytest.raises(ValueError, match="signature"):
        signature_in(bytes.fromhex(encoded))


def test_a_signature_with_leading_zero_bytes_is_read() -> None:
    assert signature_in(b"\x30\x07\x02\x02\x00\x80\x02\x01\x05") == (0x80, 5)


def test_a_public_key_on_another_curve_is_not_read() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).public_key()

    with pytest.raises(ValueError, match="secp256k1"):
        point_in(other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

"""Wallets that are contracts sign in when their chain says so, and only then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from eth_abi.abi import encode

from tests.fakes.builders import NOW_MS
from tests.fakes.chain import YES, Factory, FakeChain
from tests.fakes.identity import ALICE, BOB, CHAIN_ID, DOMAIN, ORIGIN, IdentityWorld, message
from understudy.adapters.identity.contract_wallets import ContractWallets
from understudy.adapters.identity.ethereum import checksum_address
from understudy.adapters.identity.siwe import SiweVerifier
from understudy.domain.errors import (
    ConfigurationError,
    DependencyError,
    InvalidInputError,
    NotAllowedError,
    UnderstudyError,
)
from understudy.domain.identity import Connector
from understudy.runtime import api
from understudy.workflows.requests.sign_in import SignIn
from understudy.workflows.requests.wallet_proofs import SignedMessage, WalletProofs

if TYPE_CHECKING:
    from understudy.workflows.requests.sessions import TokenPair

WALLET = "0x" + "c0" * 20
FACTORY = "0x" + "fa" * 20
SUFFIX = "6492" * 16
TEXT = message(checksum_address(WALLET))
BY_ALICE, BY_BOB = ALICE.sign_text(TEXT), BOB.sign_text(TEXT)
OWNER, STRANGER = ALICE.address.lower(), BOB.address.lower()


def entered(post: Any, signature: str, text: str = TEXT) -> str:
    """Give the address that is let in."""
    places = frozenset({DOMAIN}), frozenset({ORIGIN}), frozenset({CHAIN_ID, 1})
    verifier = SiweVerifier(*places, contracts=ContractWallets(post))
    return verifier.verify(text, signature, NOW_MS).address


def refusal(post: Any, signature: str, text: str = TEXT) -> str:
    with pytest.raises(UnderstudyError) as caught:
        entered(post, signature, text)
    return caught.value.code


def wrapped(signature: str, factory: str = FACTORY, words: bytes = b"make it") -> str:
    """Write a signature of EIP-6492 for a wallet that is not deployed yet."""
    parts = [factory, words, bytes.fromhex(signature[2:])]
    return "0x" + encode(["address", "bytes", "bytes"], parts).hex() + SUFFIX


def factory(wallet: str = WALLET, owner: str = OWNER) -> dict[str, Factory]:
    return {FACTORY: Factory(b"make it", wallet, owner)}


def silent(_: bytes) -> NoReturn:
    raise ValueError("no whole answer")


def test_a_contract_wallet_signs_in_by_what_its_chain_says() -> None:
    chain = FakeChain(owners={WALLET: OWNER})

    assert entered(chain.post, BY_ALICE) == WALLET
    assert chain.gas == {hex(30_000_000)}


@pytest.mark.parametrize("signature", [BY_BOB, "0x", "0x" + "ab" * 96, "0x" + "1b" * 65])
def test_whom_the_contract_does_not_know_stays_out(signature: str) -> None:
    chain = FakeChain(owners={WALLET: OWNER})

    assert refusal(chain.post, signature) in {"SIWE_WRONG_SIGNER", "SIGNATURE_MALFORMED"}


def test_an_address_without_a_contract_takes_its_own_key_only() -> None:
    chain = FakeChain()

    assert refusal(chain.post, BY_ALICE) == "SIWE_WRONG_SIGNER"
    assert refusal(chain.post, wrapped(BY_ALICE)) == "SIWE_WRONG_SIGNER"


def test_who_holds_the_key_needs_no_chain() -> None:
    text = message(ALICE.address)

    assert entered(silent, ALICE.sign_text(text), text) == OWNER


def test_a_wallet_that_is_not_deployed_yet_signs_in_and_stays_undeployed() -> None:
    chain = FakeChain(factories=factory())

    assert entered(chain.post, wrapped(BY_ALICE)) == WALLET
    assert chain.owners == {}


@pytest.mark.parametrize(
    ("signature", "factories"),
    [
        (wrapped(BY_BOB), factory()),
        (wrapped(BY_ALICE), factory(wallet="0x" + "0d" * 20)),
        (wrapped(BY_ALICE, words=b"else"), factory()),
        (wrapped(BY_ALICE), {}),
    ],
    ids=["another signer", "another wallet", "a factory that refuses", "no factory"],
)
def test_a_deployment_that_does_not_make_this_owners_wallet_lets_nobody_in(
    signature: str, factories: dict[str, Factory]
) -> None:
    assert refusal(FakeChain(factories=factories).post, signature) == "SIWE_WRONG_SIGNER"


def test_a_deployed_wallet_is_asked_as_it_is_and_nothing_runs_before() -> None:
    chain = FakeChain(owners={WALLET: OWNER}, factories=factory(owner=STRANGER))

    assert entered(chain.post, wrapped(BY_ALICE)) == WALLET
    assert refusal(chain.post, wrapped(BY_BOB)) == "SIWE_WRONG_SIGNER"


def test_the_contract_of_another_chain_is_somebody_elses() -> None:
    text = message(checksum_address(WALLET), chain_id="1")
    chain = FakeChain(owners={WALLET: OWNER})

    with pytest.raises(NotAllowedError, match=f"chain {CHAIN_ID} only") as caught:
        entered(chain.post, ALICE.sign_text(text), text)

    assert caught.value.code == "SIWE_WRONG_SIGNER"
    assert "eth_call" not in chain.asked


def test_the_chain_is_asked_once_which_one_it_is() -> None:
    chain = FakeChain(owners={WALLET: OWNER})
    wallets = ContractWallets(chain.post)

    assert [wallets.chain_id() for _ in range(3)] == [CHAIN_ID] * 3
    assert chain.asked == ["eth_chainId"]


@pytest.mark.parametrize(
    "signature",
    ["", "0x1", "0xzz", BY_ALICE[2:], BY_ALICE + "\n", "0x" + "00" * 8193, f"0x{SUFFIX}",
     f"0x{'00' * 32}{SUFFIX}", f"0x{'ff' * 96}{SUFFIX}", f"0x{'00' * 31}60{'ff' * 64}{SUFFIX}"],
)  # fmt: skip
def test_a_signature_of_no_form_is_refused_without_a_question(signature: str) -> None:
    chain = FakeChain(owners={WALLET: OWNER})

    with pytest.raises(InvalidInputError) as caught:
        ContractWallets(chain.post).has_signed(WALLET, bytes(32), signature)

    assert caught.value.code == "SIGNATURE_MALFORMED"
    assert chain.asked == []


@pytest.mark.parametrize(
    "answer",
    [b"", b"[]", b"{}", b"<html>", b"[" * 50_000, b'{"result": 5}', b'{"result": null}',
     b'{"result": "5"}', b'{"result": "0xzz"}', b'{"error": {"code": -32005, "message": "slow"}}'],
    ids=lambda answer: repr(answer[:20]),
)  # fmt: skip
def test_a_chain_without_a_usable_answer_is_said_so(answer: bytes) -> None:
    def post(body: bytes) -> bytes:
        method = json.loads(body)["method"]
        return b'{"result": "0xa4b1"}' if method == "eth_chainId" else answer

    assert refusal(post, BY_BOB) == "CHAIN_UNAVAILABLE"
    assert refusal(lambda _: answer, BY_BOB) == "CHAIN_UNAVAILABLE"


def test_a_silent_chain_is_said_so() -> None:
    with pytest.raises(DependencyError) as caught:
        entered(silent, BY_BOB)

    assert caught.value.code == "CHAIN_UNAVAILABLE"


def test_a_multicall_that_answers_something_else_is_no_answer() -> None:
    def post(body: bytes) -> bytes:
        method = json.loads(body)["method"]
        said = {"eth_chainId": hex(CHAIN_ID), "eth_getCode": "0x", "eth_call": "0x" + "ff" * 64}
        return json.dumps({"result": said[method]}).encode()

    assert refusal(post, wrapped(BY_ALICE)) == "CHAIN_UNAVAILABLE"


@pytest.mark.parametrize(
    "answer",
    [b"", YES[:4], YES[:-1], YES + b"\0", YES * 2, YES[4:] + YES[:4], b"\1" * 32, YES[::-1]],
)
def test_only_the_whole_word_is_a_yes(answer: bytes) -> None:
    def post(body: bytes) -> bytes:
        is_id = json.loads(body)["method"] == "eth_chainId"
        return json.dumps({"result": hex(CHAIN_ID) if is_id else f"0x{answer.hex()}"}).encode()

    assert refusal(post, BY_BOB) == "SIWE_WRONG_SIGNER"


def test_a_chain_is_configured_by_a_safe_address_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"DOMAINS": DOMAIN, "ORIGINS": ORIGIN, "CHAIN_IDS": "1"}.items():
        monkeypatch.setenv(f"SIWE_{name}", value)
    assert api._verifier("").contracts is None

    monkeypatch.setenv("SIWE_RPC_URL", "https://rpc.example.com/v1")
    assert api._verifier("").contracts is not None

    monkeypatch.setenv("SIWE_RPC_URL", "http://rpc.example.com/v1")
    with pytest.raises(ConfigurationError, match="https"):
        api._verifier("")


def sessions_of(world: IdentityWorld, post: Any, text: str, address: str) -> TokenPair:
    """Sign in by this message, which Alice's key signed for an address."""
    places = frozenset({DOMAIN}), frozenset({ORIGIN}), frozenset({CHAIN_ID})
    verifier = SiweVerifier(*places, contracts=ContractWallets(post))
    proofs = WalletProofs(world.store, verifier, world.clock, world.ids)
    sign_in = SignIn(world.store, proofs, world.sessions, world.clock, world.ids)
    signed = SignedMessage(address, text, ALICE.sign_text(text))
    return sign_in.verify(signed, Connector.REOWN).tokens


@pytest.mark.parametrize(("address", "days"), [(WALLET, 1), (OWNER, 30)], ids=["contract", "key"])
def test_who_came_in_by_a_contract_is_asked_for_it_every_day(address: str, days: int) -> None:
    world, chain = IdentityWorld(), FakeChain(owners={WALLET: OWNER})
    nonce = world.sign_in.nonce_for(address).nonce
    text = message(checksum_address(address), nonce)

    tokens = sessions_of(world, chain.post, text, address)

    assert tokens.refresh_expires_at_ms == NOW_MS + days * 86_400_000
    world.clock.advance(86_400_000 - 1)
    renewed = world.sessions.refresh(tokens.refresh_token)
    world.clock.advance(1)
    if days > 1:
        assert world.sessions.refresh(renewed.refresh_token).access_token
        return
    with pytest.raises(NotAllowedError):
        world.sessions.refresh(renewed.refresh_token)

"""Every published Sign-In with Ethereum case: what parses, what does not, who is let in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.identity import CountedIds
from tests.unit.identity.vectors import cases, siwe_vectors, text_of
from understudy.adapters.identity.contract_wallets import ContractWallets
from understudy.adapters.identity.siwe import SiweVerifier
from understudy.adapters.identity.siwe_message import parse_siwe_message
from understudy.adapters.memory.clock import ManualClock
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import InvalidInputError, NotAllowedError
from understudy.domain.identity import SignInNonce
from understudy.workflows.requests.wallet_proofs import SignedMessage, WalletProofs

if TYPE_CHECKING:
    from understudy.ports.identity import SignInClaim

ANY_AGE_MS = 10**15
ONE = b'{"result": "0x1"}'
YES = b'{"result": "0x1626ba7e%056d"}' % 0
TIME_OF_OTHER_CASES = "2022-03-28T00:00:00.000Z"
NONCE_CASE = "custom nonce"
REFUSED_BECAUSE = {
    "expired message": "SIWE_EXPIRED",
    "domain binding": "SIWE_DOMAIN_NOT_ALLOWED",
    "custom time": "SIWE_EXPIRED",
    "malformed signature": "SIGNATURE_UNSUPPORTED",
    "wrong signature": "SIWE_WRONG_SIGNER",
    "not yet valid": "SIWE_NOT_YET_VALID",
    "invalid issuedAt": "SIWE_MALFORMED",
    "invalid notBefore": "SIWE_MALFORMED",
    "invalid expirationTime": "SIWE_MALFORMED",
}


def test_every_group_of_cases_is_here() -> None:
    counts = {name: len(group) for name, group in siwe_vectors().items() if name != "source"}

    assert counts == {
        "parsing_positive": 19,
        "parsing_negative": 29,
        "parsing_negative_objects": 18,
        "verification_positive": 4,
        "verification_negative": 10,
        "eip1271": 2,
    }


@pytest.mark.parametrize(("name", "case"), cases("parsing_positive"))
def test_a_well_formed_message_is_read_field_by_field(name: str, case: dict[str, Any]) -> None:
    parsed = parse_siwe_message(case["message"])

    wanted = case["fields"]
    assert (parsed.domain, parsed.address) == (wanted["domain"], wanted["address"])
    assert (parsed.uri, parsed.chain_id) == (wanted["uri"], wanted["chainId"])
    assert (parsed.nonce, parsed.statement) == (wanted["nonce"], wanted.get("statement"))
    assert (parsed.scheme, parsed.request_id) == (wanted.get("scheme"), wanted.get("requestId"))
    assert list(parsed.resources) == wanted.get("resources", [])
    assert parsed.issued_at_ms == ms(wanted["issuedAt"])


@pytest.mark.parametrize(("name", "text"), cases("parsing_negative"))
def test_a_malformed_message_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_siwe_message(text)


@pytest.mark.parametrize(("name", "fields"), cases("parsing_negative_objects"))
def test_a_message_with_a_missing_or_wrong_field_is_refused(
    name: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInputError):
        parse_siwe_message(text_of(fields))


@pytest.mark.parametrize(("name", "case"), cases("verification_positive"))
def test_who_signed_in_time_is_let_in(name: str, case: dict[str, Any]) -> None:
    if name == "expired message":  # looked at two years before it was issued: we are stricter
        with pytest.raises(NotAllowedError, match="issued"):
            verified(case, ms(case["time"]))
        return
    claim = verified(case, ms(case.get("time", case["issuedAt"])))

    assert claim.address == case["address"].lower()
    assert claim.nonce == case["nonce"]


@pytest.mark.parametrize(("name", "case"), cases("verification_negative"))
def test_who_did_not_sign_this_here_and_now_is_not_let_in(name: str, case: dict[str, Any]) -> None:
    if name == NONCE_CASE:
        return  # the nonce is not the verifier's business: see below
    with pytest.raises((InvalidInputError, NotAllowedError)) as caught:
        verified(case, case_time(case))

    assert caught.value.code == REFUSED_BECAUSE[name]


@pytest.mark.parametrize(("given", "is_let_in"), [("matchNonce", False), ("nonce", True)])
def test_only_the_nonce_that_was_given_lets_in(given: str, *, is_let_in: bool) -> None:
    case = siwe_vectors()["verification_negative"][NONCE_CASE]
    address, clock = case["address"], ManualClock(ms(case["issuedAt"]))
    store = InMemoryIdentityStore()
    proofs = WalletProofs(store, verifier_of(case), clock, CountedIds())
    store.put_nonce(SignInNonce(case[given], address.lower(), clock.now_ms() + 1))
    signed = SignedMessage(address, text_of(case), case["signature"])

    if is_let_in:
        assert proofs.proven(signed).address == address.lower()
        return
    with pytest.raises(NotAllowedError) as caught:
        proofs.proven(signed)
    assert caught.value.code == "SIWE_NONCE_INVALID"


@pytest.mark.parametrize(("name", "case"), cases("eip1271"))
def test_a_contract_wallet_is_let_in_only_by_its_chain(name: str, case: dict[str, Any]) -> None:
    parsed = parse_siwe_message(case["message"])
    places = frozenset({parsed.domain}), frozenset({parsed.origin}), frozenset({parsed.chain_id})
    signed = (case["message"], case["signature"], parsed.issued_at_ms)

    with pytest.raises((InvalidInputError, NotAllowedError)):
        SiweVerifier(*places).verify(*signed)

    contracts = ContractWallets(lambda body: YES if case["signature"][2:] in str(body) else ONE)
    claim = SiweVerifier(*places, contracts=contracts).verify(*signed)
    assert claim.address == parsed.address.lower()


def verified(case: dict[str, Any], now_ms: int) -> SignInClaim:
    """Verify a case at a time; how old a message may be is tested in test_siwe.py."""
    return verifier_of(case).verify(text_of(case), case["signature"], now_ms)


def verifier_of(case: dict[str, Any]) -> SiweVerifier:
    domain = case.get("domainBinding", case["domain"])
    origin = "/".join(case["uri"].split("/")[:3])
    return SiweVerifier(
        frozenset({domain}), frozenset({origin}), frozenset({case["chainId"]}), ANY_AGE_MS
    )


def case_time(case: dict[str, Any]) -> int:
    return ms(case.get("time", TIME_OF_OTHER_CASES))


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)

"""Our own conditions on a sign-in message: place, time, and a signature that has one form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.builders import NOW_MS
from tests.fakes.identity import ALICE, BOB, CHAIN_ID, DOMAIN, message, verifier
from understudy.adapters.identity.ethereum import checksum_address
from understudy.domain.errors import InvalidInputError, NotAllowedError, UnderstudyError

ORDER = 2**256 - 0x1_45512319_50B75FC4_402DA173_2FC9BEBF


def refusal(text: str, signature: str | None = None, now_ms: int = NOW_MS) -> str:
    with pytest.raises((InvalidInputError, NotAllowedError)) as caught:
        verifier().verify(text, signature or ALICE.sign_text(text), now_ms)
    error = caught.value
    assert isinstance(error, UnderstudyError)
    return error.code


def test_a_message_of_this_service_signed_now_is_let_in() -> None:
    text = message(ALICE.address)

    claim = verifier().verify(text, ALICE.sign_text(text), NOW_MS)

    assert claim.address == ALICE.address.lower()
    assert claim.nonce == "a1b2c3d4"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"domain": "evil.test"}, "SIWE_DOMAIN_NOT_ALLOWED"),
        ({"domain": f"evil@{DOMAIN}"}, "SIWE_DOMAIN_NOT_ALLOWED"),
        ({"domain": f"{DOMAIN}:8443"}, "SIWE_DOMAIN_NOT_ALLOWED"),
        ({"domain": f"http://{DOMAIN}"}, "SIWE_DOMAIN_NOT_ALLOWED"),
        ({"uri": "https://evil.test/login"}, "SIWE_URI_NOT_ALLOWED"),
        ({"uri": f"http://{DOMAIN}/login"}, "SIWE_URI_NOT_ALLOWED"),
        ({"uri": f"https://{DOMAIN}.evil.test/"}, "SIWE_URI_NOT_ALLOWED"),
        ({"uri": f"https://{DOMAIN}@evil.test/"}, "SIWE_URI_NOT_ALLOWED"),
        ({"uri": "did:key:z6Mk"}, "SIWE_URI_NOT_ALLOWED"),
        ({"chain_id": "1"}, "SIWE_CHAIN_NOT_ALLOWED"),
        ({"chain_id": "042161"}, "SIWE_MALFORMED"),
        ({"more": "\n"}, "SIWE_MALFORMED"),
        ({"more": "\nResources:\n- no uri"}, "SIWE_MALFORMED"),
        ({"more": "\nResources:" + "\n- a://b" * 400 + "\n- no uri"}, "SIWE_MALFORMED"),
        ({"issued_at": "2027-01-15T07:49:59Z"}, "SIWE_NOT_FRESH"),
        ({"issued_at": "2027-01-15T08:01:01Z"}, "SIWE_NOT_FRESH"),
        ({"issued_at": "2027-02-30T08:00:00Z"}, "SIWE_MALFORMED"),
        ({"more": "\nExpiration Time: 2027-01-15T08:00:00Z"}, "SIWE_EXPIRED"),
        ({"more": "\nNot Before: 2027-01-15T08:00:01Z"}, "SIWE_NOT_YET_VALID"),
    ],
)
def test_a_message_for_elsewhere_or_another_time_is_refused(
    changes: dict[str, str], code: str
) -> None:
    assert refusal(message(ALICE.address, **changes)) == code


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"domain": "evil.test"}, "domain must be app.example.com or app.understudy.test here"),
        (
            {"domain": f"http://{DOMAIN}"},
            "domain with its scheme must be https://app.understudy.test here",
        ),
        (
            {"uri": "https://evil.test/login"},
            "URI, up to its path, must be https://app.understudy.test here",
        ),
        ({"chain_id": "5"}, "chain id must be 1 or 42161 here"),
    ],
)
def test_who_signed_for_elsewhere_is_told_what_is_served_here(
    changes: dict[str, str], said: str
) -> None:
    text = message(ALICE.address, **changes)
    here = replace(
        verifier(),
        domains=frozenset({DOMAIN, "app.example.com"}),
        chain_ids=frozenset({CHAIN_ID, 1}),
    )

    with pytest.raises(NotAllowedError, match=said):
        here.verify(text, ALICE.sign_text(text), NOW_MS)


@pytest.mark.parametrize("issued_at", ["2027-01-15T07:50:00Z", "2027-01-15T10:01:00+02:00"])
def test_ten_minutes_back_and_one_ahead_are_still_fresh(issued_at: str) -> None:
    text = message(ALICE.address, issued_at=issued_at)

    assert verifier().verify(text, ALICE.sign_text(text), NOW_MS).nonce == "a1b2c3d4"


def test_another_line_ending_is_another_message() -> None:
    assert refusal(message(ALICE.address).replace("\n", "\r\n")) == "SIWE_MALFORMED"


def test_the_address_must_carry_its_checksum() -> None:
    assert refusal(message(ALICE.address.lower())) == "SIWE_MALFORMED"
    assert checksum_address(ALICE.address.lower()) == ALICE.address


def test_somebody_elses_signature_is_refused() -> None:
    text = message(ALICE.address)

    assert refusal(text, BOB.sign_text(text)) == "SIWE_WRONG_SIGNER"


def test_one_changed_byte_after_signing_is_refused() -> None:
    signature = ALICE.sign_text(message(ALICE.address))

    assert refusal(message(ALICE.address, nonce="a1b2c3d5"), signature) == "SIWE_WRONG_SIGNER"


def test_the_high_twin_of_a_signature_is_refused() -> None:
    text = message(ALICE.address)
    raw = bytes.fromhex(ALICE.sign_text(text)[2:])
    high = ORDER - int.from_bytes(raw[32:64], "big")
    twin = raw[:32] + high.to_bytes(32, "big") + bytes([55 - raw[64]])

    assert refusal(text, "0x" + twin.hex()) == "SIGNATURE_MALFORMED"


@pytest.mark.parametrize(
    ("signature", "code"),
    [
        ("0x", "SIGNATURE_UNSUPPORTED"),
        ("0x" + "11" * 64, "SIGNATURE_UNSUPPORTED"),
        ("0x" + "11" * 96, "SIGNATURE_UNSUPPORTED"),
        ("11" * 65, "SIGNATURE_UNSUPPORTED"),
        ("0x" + "00" * 64 + "1b", "SIGNATURE_MALFORMED"),
        ("0x" + "11" * 64 + "1d", "SIGNATURE_MALFORMED"),
        ("0x" + "ff" * 32 + "11" * 32 + "1b", "SIGNATURE_MALFORMED"),
    ],
)
def test_a_signature_of_another_form_is_refused_clearly(signature: str, code: str) -> None:
    assert refusal(message(ALICE.address), signature) == code


def test_a_recovery_id_may_start_at_zero() -> None:
    text = message(ALICE.address)
    raw = bytes.fromhex(ALICE.sign_text(text)[2:])
    zero_based = "0x" + (raw[:64] + bytes([raw[64] - 27])).hex()

    assert verifier().verify(text, zero_based, NOW_MS).address == ALICE.address.lower()

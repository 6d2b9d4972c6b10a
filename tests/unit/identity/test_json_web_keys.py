"""Which published keys are taken: the right kind, for signing, long enough, with their own name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt import PyJWK
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from simulators.identity.keys import SigningKey
from tests.fakes.providers import (
    DYNAMIC_KEY,
    PRIVY_KEY,
    PRIVY_NEXT_KEY,
    encoded,
    published,
    signature_of,
)
from understudy.adapters.identity.json_web_keys import MAX_KEYS, Algorithm, read_key_set

SIGNED = "signed"


def has_signed(key: PyJWK, signed: bytes, signature: bytes) -> bool:
    """Say what PyJWT says when it is asked with this key."""
    return key.Algorithm.verify(signed, key.Algorithm.prepare_key(key.key), signature)


def test_a_good_key_verifies_what_its_owner_signed() -> None:
    keys = read_key_set(published(PRIVY_KEY, PRIVY_NEXT_KEY), Algorithm.ES256)
    signature = signature_of(SIGNED, PRIVY_KEY.private)

    assert has_signed(keys["privy-1"], SIGNED.encode(), signature)
    assert not has_signed(keys["privy-1"], b"signe", signature)
    assert not has_signed(keys["privy-2"], SIGNED.encode(), signature)


def test_an_rsa_key_verifies_what_its_owner_signed() -> None:
    key = read_key_set(published(DYNAMIC_KEY), Algorithm.RS256)["dynamic-1"]
    signature = signature_of(SIGNED, DYNAMIC_KEY.private)

    assert has_signed(key, SIGNED.encode(), signature)
    for wrong in (b"", bytes(256), signature[:-1], signature + b"\0", b"\xff" * 256):
        assert not has_signed(key, SIGNED.encode(), wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": 1},
        {"key_ops": ["encrypt"]},
        {"key_ops": []},
        {"key_ops": None, "kty": "oct"},
        {"alg": "ES384"},
        {"alg": "RS256"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"kid": None},
        {"kid": 1},
        {"x": "AAAA"},
        {"x": ""},
        {"x": None},
        {"x": 5},
        {"y": "!!!!"},
    ],
    ids=str,
)
def test_a_key_for_another_use_or_algorithm_is_no_key(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no key"):
        read_key_set(published(PRIVY_KEY, **changes), Algorithm.ES256)


def test_a_key_of_the_other_kind_is_no_key() -> None:
    both = published(PRIVY_KEY, DYNAMIC_KEY)

    assert set(read_key_set(both, Algorithm.ES256)) == {"privy-1"}
    assert set(read_key_set(both, Algorithm.RS256)) == {"dynamic-1"}


def test_a_name_that_two_keys_share_is_nobodys() -> None:
    same_kind = published(PRIVY_KEY, PRIVY_NEXT_KEY, kid="shared")
    with pytest.raises(ValueError, match="no key"):
        read_key_set(same_kind, Algorithm.ES256)

    two_kinds = published(PRIVY_KEY, DYNAMIC_KEY, kid="shared")
    key = read_key_set(two_kinds, Algorithm.ES256)["shared"]
    assert has_signed(key, SIGNED.encode(), signature_of(SIGNED, PRIVY_KEY.private))
    assert not has_signed(key, SIGNED.encode(), signature_of(SIGNED, DYNAMIC_KEY.private))


def test_members_that_say_nothing_may_be_left_out() -> None:
    raw = published(PRIVY_KEY, use=None, alg=None, key_ops=["verify"])

    assert set(read_key_set(raw, Algorithm.ES256)) == {"privy-1"}


def test_a_weak_rsa_key_is_no_key() -> None:
    for bits in (1024, 2047, 8193):
        modulus = encoded((2**bits - 1).to_bytes(bits // 8 + 1, "big"))
        with pytest.raises(ValueError, match="no key"):
            read_key_set(published(DYNAMIC_KEY, n=modulus), Algorithm.RS256)
    for exponent in ("AQ", "Ag"):  # 1 and 2
        with pytest.raises(ValueError, match="no key"):
            read_key_set(published(DYNAMIC_KEY, e=exponent), Algorithm.RS256)


def test_a_key_whose_private_part_is_published_is_no_key() -> None:
    writers: list[tuple[SigningKey, Any]] = [(PRIVY_KEY, ECAlgorithm), (DYNAMIC_KEY, RSAAlgorithm)]
    for key, writer in writers:
        private = json.loads(writer.to_jwk(key.private))["d"]
        with pytest.raises(ValueError, match="no key"):
            read_key_set(published(key, d=private), Algorithm(key.algorithm))


def test_another_curve_is_no_key() -> None:
    key = SigningKey("ES256", ec.generate_private_key(ec.SECP384R1()), "long")

    with pytest.raises(ValueError, match="no key"):
        read_key_set(published(key), Algorithm.ES256)


@pytest.mark.parametrize(
    "raw",
    [b"", b"<html>", b"[]", b"{}", b'{"keys": {}}', b'{"keys": 5}', b'{"keys": []}',
     b'{"keys": [5]}', b'{"keys": [', b"[" * 50_000, b"\xff\xfe", b"null"],
    ids=lambda raw: repr(raw[:12]),
)  # fmt: skip
def test_what_is_no_key_set_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        read_key_set(raw, Algorithm.ES256)


def test_only_the_first_keys_of_an_endless_set_are_read() -> None:
    strangers = [{**PRIVY_NEXT_KEY.published(), "kid": f"k{place}"} for place in range(MAX_KEYS)]
    raw = json.dumps({"keys": [*strangers, PRIVY_KEY.published()]}).encode()

    assert "privy-1" not in read_key_set(raw, Algorithm.ES256)

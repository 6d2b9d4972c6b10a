"""What goes to a chain and comes back, beside another library's encoding."""

from __future__ import annotations

from contextlib import suppress

import pytest
from eth_abi.abi import encode
from hypothesis import given, settings
from hypothesis import strategies as some

from understudy.adapters.identity.contract_calls import (
    MULTICALL,
    Deployment,
    question,
    question_once_deployed,
    second_answer,
    unwrapped,
)
from understudy.adapters.identity.ethereum import checksum_address
from understudy.adapters.keccak import keccak256

SUFFIX = bytes.fromhex("6492" * 16)
TEXTS = some.binary(max_size=200)
WORDS = some.binary(min_size=32, max_size=32)
ADDRESSES = some.binary(min_size=20, max_size=20)


def selector(signature: str) -> bytes:
    return keccak256(signature.encode())[:4]


def asked(digest: bytes, signature: bytes) -> bytes:
    words = encode(["bytes32", "bytes"], [digest, signature])
    return selector("isValidSignature(bytes32,bytes)") + words


def test_the_multicalls_address_carries_its_checksum() -> None:
    assert checksum_address(MULTICALL) == MULTICALL


@settings(max_examples=50)
@given(digest=WORDS, signature=TEXTS)
def test_the_question_is_what_another_library_writes(digest: bytes, signature: bytes) -> None:
    assert question(digest, signature) == asked(digest, signature)


@settings(max_examples=50)
@given(wallet=ADDRESSES, factory=ADDRESSES, call=TEXTS, digest=WORDS, signature=TEXTS)
def test_so_is_the_question_after_a_deployment(
    wallet: bytes, factory: bytes, call: bytes, digest: bytes, signature: bytes
) -> None:
    calls = [(factory, False, call), (wallet, False, asked(digest, signature))]
    expected = encode(["(address,bool,bytes)[]"], [calls])

    written = question_once_deployed(wallet, Deployment(factory, call), digest, signature)

    assert written == selector("aggregate3((address,bool,bytes)[])") + expected


@settings(max_examples=50)
@given(factory=ADDRESSES, call=TEXTS, signature=TEXTS)
def test_a_wrapped_signature_is_taken_apart(factory: bytes, call: bytes, signature: bytes) -> None:
    wrapped = encode(["address", "bytes", "bytes"], [factory, call, signature]) + SUFFIX

    assert unwrapped(wrapped) == (Deployment(factory, call), signature)


@settings(max_examples=50)
@given(first=TEXTS, second=TEXTS)
def test_the_second_answer_is_found_whatever_the_first_was(first: bytes, second: bytes) -> None:
    answer = encode(["(bool,bytes)[]"], [[(True, first), (True, second)]])

    assert second_answer(answer) == second


@settings(max_examples=200)
@given(raw=some.binary(max_size=300))
def test_no_bytes_do_worse_than_no_shape(raw: bytes) -> None:
    with suppress(ValueError):
        unwrapped(raw + SUFFIX)
    with suppress(ValueError):
        second_answer(raw)


def test_a_factory_with_more_than_an_address_is_none() -> None:
    wrapped = encode(["uint256", "bytes", "bytes"], [2**160, b"", b""]) + SUFFIX

    with pytest.raises(ValueError, match="no address"):
        unwrapped(wrapped)

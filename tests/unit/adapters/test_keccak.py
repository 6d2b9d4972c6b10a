"""Keccak-256 is Ethereum's: as every ERC-20 token has it, and as a second library does."""

from __future__ import annotations

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from understudy.adapters.keccak import keccak256

BLOCK_BYTES = 136


def of_another_library(data: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=data).digest()


def test_a_transfer_of_tokens_is_called_by_the_name_that_ethereum_knows() -> None:
    assert keccak256(b"transfer(address,uint256)")[:4].hex() == "a9059cbb"


@pytest.mark.parametrize("blocks", [0, 1, 2, 30])
@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_data_that_fills_its_last_block_or_nearly_is_hashed_alike(blocks: int, beside: int) -> None:
    data = b"\xa5" * max(0, blocks * BLOCK_BYTES + beside)

    assert keccak256(data) == of_another_library(data)


@given(data=st.binary(max_size=1_000))
def test_any_data_is_hashed_alike(data: bytes) -> None:
    assert keccak256(data) == of_another_library(data)

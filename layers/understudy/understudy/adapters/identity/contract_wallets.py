"""Asks a chain whether a wallet that is a contract stands behind a signature (EIP-1271, EIP-6492).

It asks one chain only: on another, the contract at the same address may be somebody else's. What a
signature wants to have run before it runs in `eth_call`, which changes nothing on the chain.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from understudy.adapters.identity import contract_calls
from understudy.domain.errors import DependencyError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_GAS = 30_000_000

_SIGNATURE = re.compile(r"0x(?:[0-9a-fA-F]{2}){0,8192}")


class ContractWallets:
    """The wallets on the chain behind one JSON-RPC address; `post` sends a body there."""

    def __init__(self, post: Callable[[bytes], bytes]) -> None:
        self._post = post
        self._chain_id: int | None = None

    def chain_id(self) -> int:
        """Give the chain that is asked, which itself is asked once; raises DependencyError."""
        if self._chain_id is None:
            try:
                self._chain_id = int(self._result("eth_chainId"), 16)
            except ValueError as error:
                raise _unavailable() from error
        return self._chain_id

    def has_signed(self, address: str, digest: bytes, signature: str) -> bool:
        """Say whether the contract at an address stands behind a signature, deployed or not yet.

        Raises InvalidInputError for a malformed signature, DependencyError without an answer.
        """
        deployment, inner = _read(signature)
        if deployment is None or self._is_deployed(address):
            asked = contract_calls.question(digest, inner)
            return contract_calls.is_yes(self._called(address, asked))
        wallet = bytes.fromhex(address[2:])
        asked = contract_calls.question_once_deployed(wallet, deployment, digest, inner)
        answer = self._called(contract_calls.MULTICALL, asked)
        try:
            return bool(answer) and contract_calls.is_yes(contract_calls.second_answer(answer))
        except ValueError as error:
            raise _unavailable() from error

    def _is_deployed(self, address: str) -> bool:
        return self._result("eth_getCode", address, "latest") != "0x"

    def _called(self, address: str, call: bytes) -> bytes:
        sent = {"to": address, "data": f"0x{call.hex()}", "gas": hex(MOST_GAS)}
        try:
            return bytes.fromhex(self._result("eth_call", sent, "latest")[2:])
        except ValueError as error:
            raise _unavailable() from error

    def _result(self, method: str, *params: Any) -> str:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        try:
            answer = json.loads(self._post(json.dumps(body).encode()))
            if "revert" in str(answer.get("error", "")).lower():
                return "0x"  # what a contract refuses to answer is no
            result = answer["result"]
        except (ValueError, LookupError, AttributeError, RecursionError) as error:
            raise _unavailable() from error
        if not isinstance(result, str) or not result.startswith("0x"):
            raise _unavailable()
        return result


def _read(signature: str) -> tuple[contract_calls.Deployment | None, bytes]:
    if not _SIGNATURE.fullmatch(signature):
        raise _malformed("the signature must be 0x and at most 8192 bytes in hex")
    try:
        return contract_calls.unwrapped(bytes.fromhex(signature[2:]))
    except ValueError as error:
        raise _malformed("the signature ends like one of EIP-6492 and is none") from error


def _malformed(text: str) -> InvalidInputError:
    return InvalidInputError(text, code="SIGNATURE_MALFORMED")


def _unavailable() -> DependencyError:
    return DependencyError(
        "the chain of contract wallets does not answer just now: try again in a moment",
        code="CHAIN_UNAVAILABLE",
    )

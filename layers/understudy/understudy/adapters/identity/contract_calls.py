"""What a wallet that is a contract is asked about a signature, as chains encode it (ABI). Pure."""

from __future__ import annotations

from dataclasses import dataclass

MULTICALL = "0xcA11bde05977b3631167028862bE2a173976CA11"
"""Makes several calls one after another; at the same address on nearly every chain."""

# isValidSignature(bytes32,bytes) of EIP-1271; in a word of its own it is the answer yes, too
_IS_VALID_SIGNATURE = bytes.fromhex("1626ba7e")
_YES = _IS_VALID_SIGNATURE + bytes(28)
# aggregate3((address,bool,bytes)[]) of the multicall
_AGGREGATE = bytes.fromhex("82ad56cb")
_NOT_DEPLOYED_YET = bytes.fromhex("6492" * 16)
_WORD = 32
_ADDRESS_BYTES = 20


@dataclass(frozen=True, slots=True)
class Deployment:
    """The call that makes a wallet which is not there yet."""

    factory: bytes
    call: bytes


def unwrapped(signature: bytes) -> tuple[Deployment | None, bytes]:
    """Take a signature of EIP-6492 apart; any other is given back, with no deployment.

    Raises ValueError for one that only ends like one.
    """
    if not signature.endswith(_NOT_DEPLOYED_YET):
        return None, signature
    raw = signature[:-_WORD]
    factory = _number(raw, 0).to_bytes(_WORD, "big")
    if any(factory[:-_ADDRESS_BYTES]):
        raise ValueError("the factory is no address")
    call, inner = (_text(raw, _number(raw, place)) for place in (_WORD, 2 * _WORD))
    return Deployment(factory[-_ADDRESS_BYTES:], call), inner


def question(digest: bytes, signature: bytes) -> bytes:
    """Write the question whether a wallet stands behind a signature over a digest."""
    return _IS_VALID_SIGNATURE + digest + _word(2 * _WORD) + _written(signature)


def question_once_deployed(
    wallet: bytes, deployment: Deployment, digest: bytes, signature: bytes
) -> bytes:
    """Write the same question for the multicall, to be put to a wallet after its deployment."""
    first = _call(deployment.factory, deployment.call)
    second = _call(wallet, question(digest, signature))
    places = _word(2 * _WORD) + _word(2 * _WORD + len(first))
    return _AGGREGATE + _word(_WORD) + _word(2) + places + first + second


def is_yes(answer: bytes) -> bool:
    """Say whether a wallet's answer is yes."""
    return answer == _YES


def second_answer(answer: bytes) -> bytes:
    """Give what the second call of the multicall answered; raises ValueError for another shape."""
    listed = _number(answer, 0) + _WORD
    result = listed + _number(answer, listed + _WORD)
    return _text(answer, result + _number(answer, result + _WORD))


def _call(target: bytes, call: bytes) -> bytes:
    # The second word is false: where one call fails, all do.
    return target.rjust(_WORD, b"\0") + _word(0) + _word(3 * _WORD) + _written(call)


def _word(number: int) -> bytes:
    return number.to_bytes(_WORD, "big")


def _written(text: bytes) -> bytes:
    return _word(len(text)) + text + bytes(-len(text) % _WORD)


def _number(raw: bytes, place: int) -> int:
    return int.from_bytes(_part(raw, place, _WORD), "big")


def _text(raw: bytes, place: int) -> bytes:
    return _part(raw, place + _WORD, _number(raw, place))


def _part(raw: bytes, place: int, length: int) -> bytes:
    part = raw[place : place + length]
    if len(part) < length:
        raise ValueError("the encoding ends too early")
    return part

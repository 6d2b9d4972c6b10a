"""EIP-712 as far as Hyperliquid uses it: what an account's own wallet signs, and its digest.

Pure; holds no key and signs nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from understudy.adapters.keccak import keccak256
from understudy.adapters.venues.hyperliquid.constants import ZERO_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "HyperliquidTransaction:"
DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


class Structure(NamedTuple):
    """A typed structure: its full name and its (field, type) pairs in order."""

    name: str
    fields: tuple[tuple[str, str], ...]


def _user_signed(suffix: str, declaration: str) -> Structure:
    fields = (pair.split(" ") for pair in declaration.split(", "))
    chain = ("hyperliquidChain", "string")
    return Structure(PREFIX + suffix, (chain, *((name, kind) for name, kind in fields)))


USER_SIGNED: Mapping[str, Structure] = {
    "approveAgent": _user_signed(
        "ApproveAgent", "agentAddress address, agentName string, nonce uint64"
    ),
    "approveBuilderFee": _user_signed(
        "ApproveBuilderFee", "maxFeeRate string, builder address, nonce uint64"
    ),
    "usdSend": _user_signed("UsdSend", "destination string, amount string, time uint64"),
    "spotSend": _user_signed(
        "SpotSend", "destination string, token string, amount string, time uint64"
    ),
    "withdraw3": _user_signed("Withdraw", "destination string, amount string, time uint64"),
    "usdClassTransfer": _user_signed(
        "UsdClassTransfer", "amount string, toPerp bool, nonce uint64"
    ),
    "sendAsset": _user_signed(
        "SendAsset",
        "destination string, sourceDex string, destinationDex string, token string, "
        "amount string, fromSubAccount string, nonce uint64",
    ),
    "tokenDelegate": _user_signed(
        "TokenDelegate", "validator address, wei uint64, isUndelegate bool, nonce uint64"
    ),
    "userSetAbstraction": _user_signed(
        "UserSetAbstraction", "user address, abstraction string, nonce uint64"
    ),
    "userDexAbstraction": _user_signed(
        "UserDexAbstraction", "user address, enabled bool, nonce uint64"
    ),
    "convertToMultiSigUser": _user_signed("ConvertToMultiSigUser", "signers string, nonce uint64"),
    "multiSig": _user_signed("SendMultiSig", "multiSigActionHash bytes32, nonce uint64"),
}


def address_bytes(address: str) -> bytes:
    """Read a 0x address as its 20 bytes; raises ValueError for anything else."""
    raw = bytes.fromhex(address.removeprefix("0x"))
    if len(raw) != 20:  # noqa: PLR2004  # an address
        raise ValueError("an address is 0x and 40 hex digits")
    return raw


@cache
def domain_separator(name: str, chain_id: int) -> bytes:
    """Hash the signing domain of version 1 without a verifying contract."""
    domain = {"name": name, "version": "1", "chainId": chain_id, "verifyingContract": ZERO_ADDRESS}
    return structure_hash(Structure("EIP712Domain", DOMAIN_FIELDS), domain)


@cache
def type_hash(structure: Structure) -> bytes:
    """Hash the declaration of a structure."""
    fields = ",".join(f"{kind} {name}" for name, kind in structure.fields)
    return keccak256(f"{structure.name}({fields})".encode())


def structure_hash(structure: Structure, values: Mapping[str, Any]) -> bytes:
    """Hash a structure with its values; a field that is absent raises KeyError."""
    words = (_word(kind, values[name]) for name, kind in structure.fields)
    return keccak256(type_hash(structure) + b"".join(words))


def signing_digest(domain: bytes, structure: bytes) -> bytes:
    """Join a domain separator and a structure hash into the 32 bytes that are signed."""
    return keccak256(b"\x19\x01" + domain + structure)


def user_signed_digest(action: Mapping[str, Any]) -> bytes:
    """Give the digest of a user-signed action; raises KeyError for a type without a structure."""
    chain_id = int(action["signatureChainId"], 16)
    structure = USER_SIGNED[action["type"]]
    domain = domain_separator("HyperliquidSignTransaction", chain_id)
    return signing_digest(domain, structure_hash(structure, action))


def wallet_request(action: Mapping[str, Any]) -> dict[str, Any]:
    """Give a user-signed action as the payload of a wallet's `eth_signTypedData_v4`."""
    structure = USER_SIGNED[action["type"]]
    return {
        "domain": {
            "name": "HyperliquidSignTransaction",
            "version": "1",
            "chainId": int(action["signatureChainId"], 16),
            "verifyingContract": ZERO_ADDRESS,
        },
        "types": {
            "EIP712Domain": _declared(DOMAIN_FIELDS),
            structure.name: _declared(structure.fields),
        },
        "primaryType": structure.name,
        "message": {name: action[name] for name, _ in structure.fields},
    }


def _declared(fields: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for name, kind in fields]


def _word(kind: str, value: Any) -> bytes:
    if kind == "string":
        return keccak256(str(value).encode())
    if kind == "address":
        return address_bytes(value).rjust(32, b"\0")
    if kind == "bytes32":
        return bytes(value)
    return int(value).to_bytes(32, "big")

"""The public half of the key that signs the audit's checkpoints; verifies without the cloud."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_public_key,
)

from cli.errors import CommandError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from understudy.domain.audit_checkpoints import SignedCheckpoint

PEM = b"-----BEGIN"


class PublicKeyVerifier:
    """Implements `CheckpointVerifier`."""

    def __init__(self, key: EllipticCurvePublicKey) -> None:
        self._key = key

    def is_signed(self, signed: SignedCheckpoint) -> bool:
        """Say whether the signature is this key's."""
        try:
            signature = base64.b64decode(signed.signature, validate=True)
            self._key.verify(signature, signed.checkpoint.statement, ECDSA(SHA256()))
        except (ValueError, InvalidSignature):  # what is no base64 is a ValueError
            return False
        return True


def verifier_of(encoded: bytes) -> PublicKeyVerifier:
    """Read a public key in PEM, DER or `aws`'s JSON; raises CommandError PUBLIC_KEY_UNREADABLE."""
    try:
        key = _key_in(encoded)
    except (ValueError, KeyError, TypeError, RecursionError, UnsupportedAlgorithm) as error:
        raise _unreadable() from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise _unreadable()
    return PublicKeyVerifier(key)


def _key_in(encoded: bytes) -> PublicKeyTypes:
    """Tell the form by how it begins: DER begins with a byte that is no letter."""
    text = encoded.strip()
    if text.startswith(PEM):
        return load_pem_public_key(text)
    if text.startswith(b"{"):
        encoded = base64.b64decode(json.loads(text)["PublicKey"], validate=True)
    return load_der_public_key(encoded)


def _unreadable() -> CommandError:
    return CommandError(
        "PUBLIC_KEY_UNREADABLE",
        "this is no public key on an elliptic curve",
        "give what `aws kms get-public-key` wrote for CheckpointKey: its JSON, or the key in it as"
        " DER or PEM",
    )

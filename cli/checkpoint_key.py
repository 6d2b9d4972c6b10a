"""The public half of the key that signs the audit's checkpoints; verifies without the cloud."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_public_key,
)

from cli.errors import CommandError

if TYPE_CHECKING:
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
        except (binascii.Error, InvalidSignature):
            return False
        return True


def verifier_of(encoded: bytes) -> PublicKeyVerifier:
    """Read a public key in DER or PEM; raises CommandError PUBLIC_KEY_UNREADABLE."""
    try:
        read = load_pem_public_key if encoded.startswith(PEM) else load_der_public_key
        key = read(encoded)
    except ValueError as error:
        raise _unreadable() from error
    if not isinstance(key, EllipticCurvePublicKey):
        raise _unreadable()
    return PublicKeyVerifier(key)


def _unreadable() -> CommandError:
    return CommandError(
        "PUBLIC_KEY_UNREADABLE",
        "this is no public key on an elliptic curve",
        "give the file that `aws kms get-public-key` wrote for the checkpoint key, DER or PEM",
    )

"""The key vault on KMS: the key material goes in and comes out by itself, under its context."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from custody.keys import KeyUnusableError, Sealed
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_kms import KMSClient

_UNUSABLE = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class VaultKeys(NamedTuple):
    """The KMS key that seals, and the one that sealed before or will next: both open."""

    sealing: str
    spare: str


class KmsKeyVault:
    """Seals agent keys under one KMS key and opens those of two; no other is ever asked."""

    def __init__(self, client: KMSClient, keys: VaultKeys) -> None:
        self._client = client
        self._keys = keys

    @property
    def sealing_key_id(self) -> str:
        """Name the key that seals."""
        return self._keys.sealing

    def seal(self, secret: bytes, context: Mapping[str, str]) -> Sealed:
        """Encrypt a key under its context; raises DependencyError when KMS does not do it."""
        try:
            answer = self._client.encrypt(
                KeyId=self._keys.sealing, Plaintext=secret, EncryptionContext=context
            )
        except (ClientError, BotoCoreError) as error:
            raise DependencyError("KMS did not encrypt the key; nothing was stored") from error
        return Sealed(answer["CiphertextBlob"], self._keys.sealing)

    def open(self, sealed: Sealed, context: Mapping[str, str]) -> bytes:
        """Decrypt a key under its context.

        Raises KeyUnusableError for a ciphertext of another context or key, else DependencyError.
        """
        answer = _asked(
            lambda: self._client.decrypt(
                KeyId=self._known(sealed.key_id),
                CiphertextBlob=sealed.ciphertext,
                EncryptionContext=context,
            )
        )
        return bytes(answer["Plaintext"])

    def rewrap(self, sealed: Sealed, context: Mapping[str, str]) -> Sealed:
        """Let KMS seal anew, without the key coming out of it; raises as `open`."""
        answer = _asked(
            lambda: self._client.re_encrypt(
                CiphertextBlob=sealed.ciphertext,
                SourceKeyId=self._known(sealed.key_id),
                SourceEncryptionContext=context,
                DestinationKeyId=self._keys.sealing,
                DestinationEncryptionContext=context,
            )
        )
        return Sealed(answer["CiphertextBlob"], self._keys.sealing)

    def _known(self, key_id: str) -> str:
        """Give the key to ask; a ciphertext that names none is as old as the sealing key."""
        if key_id and key_id not in self._keys:
            raise KeyUnusableError("the key was sealed by a key that this deployment does not know")
        return key_id or self._keys.sealing


def _asked(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in _UNUSABLE:
            raise KeyUnusableError("the stored key belongs to another agent or key") from error
        raise DependencyError("KMS did not decrypt the agent's key") from error
    except BotoCoreError as error:
        raise DependencyError("KMS did not answer") from error

"""The key vault on KMS: the key material goes in and comes out by itself, under its context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from custody.keys import KeyUnusableError
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_kms import KMSClient

_UNUSABLE = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsKeyVault:
    """Seals and opens agent keys under one KMS key, which alone is ever asked."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def seal(self, secret: bytes, context: Mapping[str, str]) -> bytes:
        """Encrypt a key under its context; raises DependencyError when KMS does not do it."""
        try:
            answer = self._client.encrypt(
                KeyId=self._key_id, Plaintext=secret, EncryptionContext=context
            )
        except (ClientError, BotoCoreError) as error:
            raise DependencyError("KMS did not encrypt the new key; nothing was stored") from error
        return answer["CiphertextBlob"]

    def open(self, ciphertext: bytes, context: Mapping[str, str]) -> bytes:
        """Decrypt a key under its context.

        Raises KeyUnusableError for a ciphertext of another context or key, else DependencyError.
        """
        try:
            answer = self._client.decrypt(
                KeyId=self._key_id, CiphertextBlob=ciphertext, EncryptionContext=context
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNUSABLE:
                raise KeyUnusableError("the stored key belongs to another agent or key") from error
            raise DependencyError("KMS did not decrypt the agent's key") from error
        except BotoCoreError as error:
            raise DependencyError("KMS did not answer") from error
        return answer["Plaintext"]

"""Shows who wrote a row of the audit: a code under a key that each writer's process draws from KMS.

KMS gives the key in clear to the writer alone, under the writer's own name, and sealed; the sealed
one stands in every row. Who may only write the table cannot make a code, and who verifies asks KMS
to open the sealed key. It costs one call a process and none a row.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from understudy.adapters.aws.attempts import attempt, code_of
from understudy.domain.audit import Actor
from understudy.domain.audit_chain import MAC, Row
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

WRITER = "writer"
ACTOR = "actor"
_NO_SUCH_KEY = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class _ProcessKey(NamedTuple):
    plain: bytes
    sealed: str


class KmsStamps:
    """Stamps the rows of one actor."""

    def __init__(self, client: KMSClient, key_id: str, actor: Actor) -> None:
        self.actor = actor
        self._client = client
        self._key_id = key_id
        self._lock = Lock()
        self._key: _ProcessKey | None = None

    def stamped(self, row: Row) -> Row:
        """Give the row with its writer's name and code; raises DependencyError without KMS."""
        key = self._process_key()
        named = replace(row, fields={**row.fields, ACTOR: self.actor.value, WRITER: key.sealed})
        return replace(named, fields={**named.fields, MAC: _mac(key.plain, named)})

    def _process_key(self) -> _ProcessKey:
        with self._lock:
            if self._key is None:
                made = attempt(
                    lambda: self._client.generate_data_key(
                        KeyId=self._key_id,
                        NumberOfBytes=32,
                        EncryptionContext=_context(self.actor.value),
                    )
                )
                sealed = base64.b64encode(made["CiphertextBlob"]).decode()
                self._key = _ProcessKey(made["Plaintext"], sealed)
            return self._key


class KmsStampReader:
    """Knows a genuine stamp; only for who may open the writers' keys."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._key_id = key_id
        self._known: dict[tuple[str, str], bytes] = {}

    def writer_of(self, row: Row) -> Actor | None:
        """Name the actor who has written a row just so, wherever it lies; None if none has."""
        actor, writer, mac = (row.fields.get(name) for name in (ACTOR, WRITER, MAC))
        named = next((each for each in Actor if each.value == actor), None)
        if named is None or not (isinstance(writer, str) and isinstance(mac, str)):
            return None
        key = self._key_of(named.value, writer)
        is_stamped = bool(key) and hmac.compare_digest(_mac(key, row).encode(), mac.encode())
        return named if is_stamped else None

    def is_genuine(self, row: Row) -> bool:
        """Say whether an actor has written the row just so, and among its own rows."""
        writer = self.writer_of(row)
        return writer is not None and writer.subject_in(row.partition) is not None

    def _key_of(self, actor: str, writer: str) -> bytes:
        known = (actor, writer)
        if known not in self._known:
            self._known[known] = self._opened(actor, writer)
        return self._known[known]

    def _opened(self, actor: str, writer: str) -> bytes:
        """Give a writer's key, b'' for one that KMS never made for this actor."""
        try:
            sealed = base64.b64decode(writer, validate=True)
        except binascii.Error:
            return b""
        try:
            opened = self._client.decrypt(
                KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext=_context(actor)
            )
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in _NO_SUCH_KEY:
                return b""
            raise DependencyError(
                "KMS did not open a writer's key", cause=code_of(error)
            ) from error
        return opened["Plaintext"]


def _mac(key: bytes, row: Row) -> str:
    return base64.b64encode(hmac.digest(key, row.signed_bytes, "sha256")).decode()


def _context(actor: str) -> dict[str, str]:
    return {"app": "understudy", "purpose": "audit-rows", "actor": actor}

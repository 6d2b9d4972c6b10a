"""Checkpoints outside the tables: signed by a key in KMS, kept in a bucket that locks objects."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.audit_chains import checkpoint_in, checkpoint_text
from understudy.domain.audit_checkpoints import Checkpoint, SignedCheckpoint
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_kms import KMSClient

PREFIX = "checkpoints/"
_KEPT_ALREADY = "PreconditionFailed"
_AT_ONCE = 16


class KmsCheckpointSigner:
    """Implements `CheckpointSigner`."""

    def __init__(self, client: KMSClient, key_id: str) -> None:
        self._client = client
        self._key_id = key_id

    def sign(self, checkpoint: Checkpoint) -> SignedCheckpoint:
        """Sign a checkpoint's statement; a few hundred bytes, where KMS takes 4,096."""
        made = attempt(
            lambda: self._client.sign(
                KeyId=self._key_id,
                Message=checkpoint.statement,
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        )
        return SignedCheckpoint(checkpoint, base64.b64encode(made["Signature"]).decode())


class S3CheckpointArchive:
    """Implements `CheckpointArchive`; how long objects are locked is the bucket's own rule."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, signed: SignedCheckpoint) -> None:
        """Keep a checkpoint; what is there already stays."""
        try:
            attempt(
                lambda: self._client.put_object(
                    Bucket=self._bucket,
                    Key=f"{PREFIX}{signed.checkpoint.number:012d}.json",
                    Body=checkpoint_text(signed).encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            )
        except DependencyError as refused:
            if refused.facts.get("cause") != _KEPT_ALREADY:
                raise

    def kept(self) -> Iterator[SignedCheckpoint]:
        """Give every checkpoint, in order of their numbers."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=PREFIX):
            names = [each["Key"] for each in page.get("Contents", ())]
            with ThreadPoolExecutor(_AT_ONCE) as threads:
                yield from threads.map(self._read, names)

    def _read(self, name: str) -> SignedCheckpoint:
        answer = attempt(lambda: self._client.get_object(Bucket=self._bucket, Key=name))
        return checkpoint_in(answer["Body"].read().decode())

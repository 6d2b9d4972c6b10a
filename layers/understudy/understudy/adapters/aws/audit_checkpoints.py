"""Checkpoints outside the tables: signed by a key in KMS, kept in a bucket that locks objects."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from understudy.adapters.aws.attempts import attempt
from understudy.adapters.aws.audit_chains import checkpoint_in, checkpoint_text
from understudy.domain.audit_checkpoints import Checkpoint, KeptCheckpoint, SignedCheckpoint
from understudy.domain.errors import AuditTamperedError, DependencyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_kms import KMSClient

PREFIX = "checkpoints/"
_NAME = re.compile(r"checkpoints/(\d{12})\.json")
_KEPT_ALREADY = "PreconditionFailed"
_AT_ONCE = 16
_PER_ROUND = 1_000


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


class Place(NamedTuple):
    """What is listed under one number: the versions, and whether there is a marker too."""

    number: int
    versions: list[str]
    is_hidden: bool


class S3CheckpointArchive:
    """Implements `CheckpointArchive`; how long objects are locked is the bucket's own rule.

    A locked object cannot be deleted, yet a marker over it lets a plain read find nothing, and a
    new object of its name be put. So names are never read here, but all versions that they have.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, signed: SignedCheckpoint) -> None:
        """Keep a checkpoint; repeating it is harmless."""
        number = signed.checkpoint.number
        found = self._under(number)
        if found is None:
            self._put(signed)
            found = self._under(number)
        if found is None or not found.is_only(signed):
            raise AuditTamperedError("there is something else of this number", number=number)

    def kept(self) -> Iterator[KeptCheckpoint]:
        """Give everything that lies there in order of the numbers, what is hidden too."""
        places = self._places(PREFIX)
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for start in range(0, len(places), _PER_ROUND):
                yield from threads.map(self._read, places[start : start + _PER_ROUND])

    def _under(self, number: int) -> KeptCheckpoint | None:
        return next((self._read(place) for place in self._places(_name(number))), None)

    def _put(self, signed: SignedCheckpoint) -> None:
        try:
            attempt(
                lambda: self._client.put_object(
                    Bucket=self._bucket,
                    Key=_name(signed.checkpoint.number),
                    Body=checkpoint_text(signed).encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            )
        except DependencyError as refused:
            if refused.facts.get("cause") != _KEPT_ALREADY:
                raise

    def _places(self, prefix: str) -> list[Place]:
        """List checkpoints by name; objects that are named otherwise are nobody's promise."""
        versions: dict[str, list[str]] = defaultdict(list)
        hidden = set()
        for page in self._pages(prefix):
            for each in page.get("Versions", ()):
                versions[each["Key"]].append(each["VersionId"])
            hidden |= {each["Key"] for each in page.get("DeleteMarkers", ())}
        named = ((_NAME.fullmatch(name), name) for name in sorted(versions.keys() | hidden))
        return [
            Place(int(match[1]), versions[name], name in hidden) for match, name in named if match
        ]

    def _pages(self, prefix: str) -> Iterator[Any]:
        request = {"Bucket": self._bucket, "Prefix": prefix}
        while True:
            page = attempt(lambda: self._client.list_object_versions(**request))
            yield page
            if not page.get("IsTruncated"):
                return
            request["KeyMarker"] = page["NextKeyMarker"]
            request["VersionIdMarker"] = page["NextVersionIdMarker"]

    def _read(self, place: Place) -> KeptCheckpoint:
        name = _name(place.number)
        versions = tuple(self._version(name, each) for each in place.versions)
        return KeptCheckpoint(place.number, versions, place.is_hidden)

    def _version(self, name: str, version: str) -> SignedCheckpoint | None:
        answer = attempt(
            lambda: self._client.get_object(Bucket=self._bucket, Key=name, VersionId=version)
        )
        try:
            return checkpoint_in(answer["Body"].read().decode())
        except (ValueError, LookupError, TypeError, AttributeError):
            return None  # root may have put anything


def _name(number: int) -> str:
    return f"{PREFIX}{number:012d}.json"

"""Data that lies still: in our keys, kept when its stack goes, and no secret in plain sight.

With `exposure`, this stands in for the cloud rules of larger scanners, for what we use.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checks.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from checks.template.document import Document, Resource

KEY_WAITS_DAYS = 30
SYMMETRIC = "SYMMETRIC_DEFAULT"
SECRET_NAME = re.compile(r"SECRET|PASSWORD|PRIVATE|CREDENTIAL|API_?KEY|TOKEN", re.IGNORECASE)
# They only sound like secrets: setting -> what it is.
NO_SECRETS = {
    "TOKEN_SECRET_ID": "the name under which the secrets store keeps one",
    "SERVER_WALLETS_TOKEN_SECRET_ID": "the same",
    "TOKEN_ISSUER": "what tokens say of their origin",
}


def check_at_rest(document: Document) -> Iterator[Finding]:
    """Check each resource that holds data, keys or settings."""
    for resource in document.resources:
        for check in CHECKS.get(resource.type, ()):
            yield from check(resource)


def _kept(resource: Resource) -> Iterator[Finding]:
    if not resource.is_kept:
        yield Finding(resource.name, "kept", "Retain it on deletion and on replacement")


def _table(table: Resource) -> Iterator[Finding]:
    chosen = table.properties.get("SSESpecification") or {}
    if chosen.get("SSEType") != "KMS" or "KMSMasterKeyId" not in chosen:
        yield Finding(table.name, "encryption", "is not encrypted with a key of ours")


def _key(key: Resource) -> Iterator[Finding]:
    is_symmetric = key.properties.get("KeySpec", SYMMETRIC) == SYMMETRIC
    if is_symmetric and key.properties.get("EnableKeyRotation") is not True:
        yield Finding(key.name, "key-rotation", "EnableKeyRotation is not true")
    if key.properties.get("PendingWindowInDays") != KEY_WAITS_DAYS:
        message = f"PendingWindowInDays: a deletion must wait {KEY_WAITS_DAYS} days"
        yield Finding(key.name, "key-deletion", message)


def _bucket(bucket: Resource) -> Iterator[Finding]:
    if "BucketEncryption" not in bucket.properties:
        yield Finding(bucket.name, "encryption", "has no BucketEncryption")
    versioning = bucket.properties.get("VersioningConfiguration") or {}
    if versioning.get("Status") != "Enabled":
        yield Finding(bucket.name, "kept", "an overwritten object is gone: no versioning")


def _queue(queue: Resource) -> Iterator[Finding]:
    if queue.properties.get("SqsManagedSseEnabled", True) is not True:
        yield Finding(queue.name, "encryption", "its messages are not encrypted")


def _settings(function: Resource) -> Iterator[Finding]:
    settings = (function.properties.get("Environment") or {}).get("Variables") or {}
    for name in settings:
        if SECRET_NAME.search(name) and name not in NO_SECRETS:
            message = f"{name}: an environment can be read, the secrets store is for this"
            yield Finding(function.name, "secret", message)


def _secret(secret: Resource) -> Iterator[Finding]:
    if "SecretString" in secret.properties:
        yield Finding(secret.name, "secret", "is written out: let the store generate it")


CHECKS: Mapping[str, tuple[Callable[[Resource], Iterator[Finding]], ...]] = {
    "AWS::DynamoDB::Table": (_kept, _table),
    "AWS::KMS::Key": (_kept, _key),
    "AWS::S3::Bucket": (_kept, _bucket),
    "AWS::SQS::Queue": (_queue,),
    "AWS::Serverless::Function": (_settings,),
    "AWS::SecretsManager::Secret": (_secret,),
}

"""Agents' keys that are made in KMS and never leave it; their own policy names the signer alone.

A key has its agent's name as its alias, which KMS gives to one key alone: who does not know what
became of a key asks by that name, and goes on with it. What has no name, no record ever names.

KMS signs a digest with a fresh nonce each time, so the same digest has many signatures.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from custody.authorities import HeldKey, Key
from custody.der import point_in, signature_in
from custody.keys import KeyUnusableError
from custody.secp256k1 import Signature, address_of_point, recovered
from understudy.adapters.aws.attempts import attempt, code_of
from understudy.domain.errors import DependencyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_kms import KMSClient


# AWS holds a key for this long before it is gone for good: the longest there is.
_PENDING_DELETION_DAYS = 30
_GONE = frozenset(
    {
        "DisabledException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
    }
)
# What KMS says of an alias that is not there: the second to whom no policy of their own lets look.
_NOT_THERE = frozenset({"NotFoundException", "AccessDeniedException"})
# After these an alias was not given. No other call of ours could have given it meanwhile: clients
# here repeat nothing by themselves.
_NOT_GIVEN = frozenset(
    {
        "AccessDeniedException",
        "AlreadyExistsException",
        "KMSInvalidStateException",
        "LimitExceededException",
        "NotFoundException",
        "ThrottlingException",
    }
)
_ADMINISTERED = (
    "kms:Describe*",
    "kms:DisableKey",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
    "kms:TagResource",
)
_USED = ("kms:GetPublicKey", "kms:Sign", "kms:ScheduleKeyDeletion", "kms:CreateAlias")


class ResidentKeys:
    """Implements `Authority`. `role` is the ARN of the signer's role, which alone may use them."""

    def __init__(self, client: KMSClient, role: str) -> None:
        self._client = client
        self._policy = _policy_for(role)
        # Another signer's keys sign nothing here, so they have other names.
        self._names = f"alias/understudy/{role.rpartition('/')[2]}"

    def make(self, agent_id: str, key_version: int) -> Key:
        """Make the key of this name, or go on with the one that has it.

        Raises KeyUnusableError when that one was destroyed, and DependencyError: call again.
        """
        name = f"{self._names}/{agent_id}-{key_version}"
        description = f"understudy agent {agent_id}, version {key_version}"
        return self._named(name) or self._made(name, description)

    @contextmanager
    def opened(self, held: HeldKey) -> Iterator[ResidentKey]:
        """Give the key; nothing of it comes here."""
        if not held.key_id:
            raise KeyUnusableError("the agent's record names no key")
        yield ResidentKey(self._client, held)

    def destroy(self, held: HeldKey) -> None:
        """Let KMS delete the key after its waiting time; from now on it signs nothing."""
        self._delete(held.key_id)

    def _named(self, name: str) -> Key | None:
        def looked_up() -> Any:
            try:
                return self._client.get_public_key(KeyId=name)
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    return None
                raise

        public = _asked(looked_up)
        return _key_of(public, public["KeyId"]) if public else None

    def _made(self, name: str, description: str) -> Key:
        key_id = self._created(description)
        try:
            self._client.create_alias(AliasName=name, TargetKeyId=key_id)
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in _NOT_GIVEN:
                self._delete(key_id)
                if found := self._named(name):  # somebody else's was first
                    return found
            # Else it may have its name, by which somebody may have found it already: it stays.
            raise DependencyError("the key in KMS has no name yet: try again") from error
        return _key_of(attempt(partial(self._client.get_public_key, KeyId=key_id)), key_id)

    def _created(self, description: str) -> str:
        try:
            made = self._client.create_key(
                KeySpec="ECC_SECG_P256K1",
                KeyUsage="SIGN_VERIFY",
                Description=description,
                Policy=self._policy,
                # The signer must not be able to change the policy, which this check would demand.
                BypassPolicyLockoutSafetyCheck=True,
            )
        except (ClientError, BotoCoreError) as error:
            raise DependencyError("KMS did not make a key; nothing was stored") from error
        return made["KeyMetadata"]["Arn"]

    def _delete(self, key_id: str) -> None:
        schedule = partial(
            self._client.schedule_key_deletion,
            KeyId=key_id,
            PendingWindowInDays=_PENDING_DELETION_DAYS,
        )
        try:
            _asked(schedule)
        except KeyUnusableError:
            return  # it was scheduled before, or is gone


class ResidentKey:
    """Signs with one agent's key in KMS."""

    def __init__(self, client: KMSClient, held: HeldKey) -> None:
        self._client = client
        self._held = held

    def signature_of(self, digest: bytes) -> Signature:
        """Sign 32 bytes; the signature is checked to be this agent's."""
        sign = partial(
            self._client.sign,
            KeyId=self._held.key_id,
            Message=digest,
            MessageType="DIGEST",
            SigningAlgorithm="ECDSA_SHA_256",
        )
        r, s = signature_in(_asked(sign)["Signature"])
        signature = recovered(digest, r, s, self._held.address)
        if signature is None:
            raise KeyUnusableError("the key in KMS is not the agent's")
        return signature


def _asked(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise KeyUnusableError("the agent's key in KMS is disabled or gone") from error
        raise DependencyError("KMS did not take a call for the agent's key") from error
    except BotoCoreError as error:
        raise DependencyError("KMS did not answer") from error


def _key_of(public: Any, key_id: str) -> Key:
    return Key(address_of_point(point_in(public["PublicKey"])), key_id)


def _policy_for(role: str) -> str:
    """Write a key's policy: administrators administer, and the signer's role alone signs."""
    partition, account = role.split(":")[1], role.split(":")[4]
    statements = [
        ("AdministratorsSignNothing", f"arn:{partition}:iam::{account}:root", _ADMINISTERED),
        ("TheSigner", role, _USED),
    ]
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": name,
                    "Effect": "Allow",
                    "Principal": {"AWS": principal},
                    "Action": actions,
                    "Resource": "*",
                }
                for name, principal, actions in statements
            ],
        }
    )

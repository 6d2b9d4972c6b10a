"""Agents' keys that are made in KMS and never leave it; their own policy names the signer alone.

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
from understudy.adapters.aws.attempts import attempt
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
_USED = ("kms:GetPublicKey", "kms:Sign", "kms:ScheduleKeyDeletion")


class ResidentKeys:
    """Implements `Authority`. `role` is the ARN of the signer's role, which alone may use them."""

    def __init__(self, client: KMSClient, role: str) -> None:
        self._client = client
        self._policy = _policy_for(role)

    def make(self, agent_id: str, key_version: int) -> Key:
        """Make a key; raises DependencyError, after which a key may be left that signs nothing."""
        try:
            made = self._client.create_key(
                KeySpec="ECC_SECG_P256K1",
                KeyUsage="SIGN_VERIFY",
                Description=f"understudy agent {agent_id}, version {key_version}",
                Policy=self._policy,
                # The signer must not be able to change the policy, which this check would demand.
                BypassPolicyLockoutSafetyCheck=True,
            )["KeyMetadata"]
        except (ClientError, BotoCoreError) as error:
            raise DependencyError("KMS did not make a key; nothing was stored") from error
        public = attempt(partial(self._client.get_public_key, KeyId=made["Arn"]))
        return Key(address_of_point(point_in(public["PublicKey"])), made["Arn"])

    @contextmanager
    def opened(self, held: HeldKey) -> Iterator[ResidentKey]:
        """Give the key; nothing of it comes here."""
        if not held.key_id:
            raise KeyUnusableError("the agent's record names no key")
        yield ResidentKey(self._client, held)

    def destroy(self, held: HeldKey) -> None:
        """Let KMS delete the key after its waiting time; from now on it signs nothing."""
        schedule = partial(
            self._client.schedule_key_deletion,
            KeyId=held.key_id,
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

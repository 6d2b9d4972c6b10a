"""Wraps and unwraps a byte under the key with the context it is given."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
import msgpack  # comes with the dependencies layer
import secret
import shared


@cache
def _kms() -> Any:
    return boto3.client("kms")


def handler(event: dict[str, str], context: object) -> dict[str, str]:
    """Return what could be imported, or raise what KMS answered."""
    wrapped = _kms().encrypt(
        KeyId=os.environ["KEY"], Plaintext=msgpack.packb(1), EncryptionContext=event
    )
    plain = _kms().decrypt(CiphertextBlob=wrapped["CiphertextBlob"], EncryptionContext=event)
    return {"plain": plain["Plaintext"].hex(), "words": f"{shared.WORD} {secret.WORD}"}

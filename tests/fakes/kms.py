"""Asymmetric keys as AWS KMS has them: DER with any s, SPKI, key states; the emulator has others.

Every second signature has a high s, which KMS gives as often as not.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError
from coincurve.utils import GROUP_ORDER_INT
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ARN = "arn:aws:kms:us-east-1:123456789012:key/"


class SigningKms:
    """The calls of KMS that keys on secp256k1 need; `state` of a key as its metadata says it."""

    def __init__(self) -> None:
        self._keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.state: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self.is_away = False
        self.asked_to_sign = 0
        self._signed = 0

    def create_key(self, **request: Any) -> dict[str, Any]:
        self._refuse_if_away()
        assert (request["KeySpec"], request["KeyUsage"]) == ("ECC_SECG_P256K1", "SIGN_VERIFY")
        arn = ARN + str(uuid4())
        self._keys[arn] = ec.generate_private_key(ec.SECP256K1())
        self.state[arn], self.policies[arn] = "Enabled", request["Policy"]
        return {"KeyMetadata": {"Arn": arn, "KeyId": arn.rpartition("/")[2]}}

    def get_public_key(self, **request: Any) -> dict[str, Any]:
        key = self._usable(request["KeyId"]).public_key()
        return {"PublicKey": key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)}

    def sign(self, **request: Any) -> dict[str, Any]:
        self.asked_to_sign += 1
        key = self._usable(request["KeyId"])
        if request["SigningAlgorithm"] != "ECDSA_SHA_256":
            raise _error("InvalidKeyUsageException")
        if request["MessageType"] != "DIGEST" or len(request["Message"]) != 32:
            raise _error("ValidationException")
        r, s = decode_dss_signature(key.sign(request["Message"], ec.ECDSA(Prehashed(SHA256()))))
        self._signed += 1
        low, high = sorted((s, GROUP_ORDER_INT - s))
        return {"Signature": encode_dss_signature(r, high if self._signed % 2 else low)}

    def schedule_key_deletion(self, **request: Any) -> dict[str, Any]:
        self._usable(request["KeyId"])
        assert 7 <= request["PendingWindowInDays"] <= 30
        self.state[request["KeyId"]] = "PendingDeletion"
        return {}

    def _usable(self, arn: str) -> ec.EllipticCurvePrivateKey:
        self._refuse_if_away()
        if arn not in self._keys:
            raise _error("NotFoundException")
        if self.state[arn] == "Disabled":
            raise _error("DisabledException")
        if self.state[arn] != "Enabled":
            raise _error("KMSInvalidStateException")
        return self._keys[arn]

    def _refuse_if_away(self) -> None:
        if self.is_away:
            raise _error("KMSInternalException")


def _error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "Kms")

"""Asymmetric keys as AWS KMS has them: DER with any s, SPKI, key states; the emulator has others.

Every second signature has a high s, which KMS gives as often as not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
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

if TYPE_CHECKING:
    from collections.abc import Callable

ARN = "arn:aws:kms:us-east-1:123456789012:key/"


class SigningKms:
    """The calls of KMS that keys on secp256k1 need; `state` of a key as its metadata says it.

    `meanwhile` acts once, after the next key was made; `refuses_names` is the code with which an
    alias is refused, `loses_names` loses the answer after it was given, `signs_nothing` any.
    """

    def __init__(self) -> None:
        self._keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.state: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self.aliases: dict[str, str] = {}
        self.is_away = False
        self.refuses_names = ""
        self.loses_names = False
        self.meanwhile: Callable[[], object] | None = None
        self.signs_nothing = False
        self.asked_to_sign = 0
        self._signed = 0

    def create_key(self, **request: Any) -> dict[str, Any]:
        self._refuse_if_away()
        assert (request["KeySpec"], request["KeyUsage"]) == ("ECC_SECG_P256K1", "SIGN_VERIFY")
        arn = ARN + str(uuid4())
        self._keys[arn] = ec.generate_private_key(ec.SECP256K1())
        self.state[arn], self.policies[arn] = "Enabled", request["Policy"]
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return {"KeyMetadata": {"Arn": arn, "KeyId": arn.rpartition("/")[2]}}

    def create_alias(self, **request: Any) -> dict[str, Any]:
        self._refuse_if_away()
        if self.refuses_names:
            raise _error(self.refuses_names)
        if request["AliasName"] in self.aliases:
            raise _error("AlreadyExistsException")
        assert request["TargetKeyId"] in self._keys
        self.aliases[request["AliasName"]] = request["TargetKeyId"]
        if self.loses_names:
            raise _error("KMSInternalException")
        return {}

    def get_public_key(self, **request: Any) -> dict[str, Any]:
        self._refuse_if_away()
        name = request["KeyId"]
        if name.startswith("alias/") and name not in self.aliases:
            # What AWS says of what is not there to whom no policy of their own lets look.
            raise _error("AccessDeniedException")
        arn = self.aliases.get(name, name)
        key = self._usable(arn).public_key()
        encoded = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {"KeyId": arn, "PublicKey": encoded}

    def sign(self, **request: Any) -> dict[str, Any]:
        self.asked_to_sign += 1
        if self.signs_nothing:
            raise _error("DependencyTimeoutException")
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

    def able_to_sign(self) -> set[str]:
        """Give every key that KMS would sign with."""
        return {arn for arn, state in self.state.items() if state == "Enabled"}

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

"""The checkpoints' key is read in every form in which somebody may have kept it."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cli.checkpoint_key import verifier_of
from cli.errors import CommandError
from understudy.domain.audit_checkpoints import Checkpoint, SignedCheckpoint

KEY = ec.generate_private_key(ec.SECP256R1())
CHECKPOINT = Checkpoint(1, 0, "", {})


def written(public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, encoding: Encoding) -> bytes:
    return public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


DER = written(KEY.public_key(), Encoding.DER)
PEM = written(KEY.public_key(), Encoding.PEM)
ANSWER = json.dumps({"KeySpec": "ECC_NIST_P256", "PublicKey": base64.b64encode(DER).decode()})


def signed(key: ec.EllipticCurvePrivateKey) -> SignedCheckpoint:
    signature = key.sign(CHECKPOINT.statement, ec.ECDSA(SHA256()))
    return SignedCheckpoint(CHECKPOINT, base64.b64encode(signature).decode())


@pytest.mark.parametrize(
    "kept",
    [DER, PEM, b"\n" + PEM, ANSWER.encode(), ANSWER.encode() + b"\n"],
    ids=["DER", "PEM", "PEM after a line", "JSON", "JSON and a line"],
)
def test_the_key_is_read_as_pem_as_der_and_as_the_json_of_aws(kept: bytes) -> None:
    verifier = verifier_of(kept)

    assert verifier.is_signed(signed(KEY))
    assert not verifier.is_signed(signed(ec.generate_private_key(ec.SECP256R1())))


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"no key",
        PEM[:60],
        b"{}",
        b"{",
        b'{"PublicKey":' + b"[" * 100_000,
        b'{"PublicKey": 7}',
        b'{"PublicKey": "????"}',
        written(rsa.generate_private_key(65537, 2048).public_key(), Encoding.DER),
    ],
    ids=[
        "nothing",
        "words",
        "half",
        "no field",
        "half a JSON",
        "no end",
        "a number",
        "no base64",
        "RSA",
    ],
)
def test_what_is_no_such_key_is_refused_with_the_way_to_get_it(kept: bytes) -> None:
    with pytest.raises(CommandError) as raised:
        verifier_of(kept)

    assert raised.value.code == "PUBLIC_KEY_UNREADABLE"
    assert "aws kms get-public-key" in raised.value.remedy

"""Patches fit one emulator; another one is refused by name, and what they compute is right."""

from __future__ import annotations

import json
from importlib import metadata
from types import SimpleNamespace

import pytest

from localcloud import launcher
from localcloud.call_counts import CallCounts
from localcloud.errors import Code, LocalCloudError
from localcloud.patches.answer_headers import as_aws_sends
from localcloud.patches.attributes import existing
from localcloud.patches.encryption_context import condition_keys
from localcloud.patches.key_names import named_resource


def test_a_missing_attribute_stops_the_start_and_is_named() -> None:
    with pytest.raises(LocalCloudError, match=r"sqs\._gone") as refused:
        existing(SimpleNamespace(__name__="sqs"), "_gone")

    assert refused.value.code is Code.EMULATOR_CHANGED


@pytest.mark.parametrize("found", ["1.5.32", "1.5.34", "2.0.0"])
def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, found: str) -> None:
    monkeypatch.setattr(metadata, "version", lambda _: found)

    with pytest.raises(LocalCloudError, match=found) as refused:
        launcher.refuse_other_versions()

    assert refused.value.code is Code.EMULATOR_MISSING


def test_the_context_of_a_key_request_becomes_condition_keys() -> None:
    body = json.dumps({"EncryptionContext": {"Purpose": "sign", "agent_id": "a"}}).encode()

    assert condition_keys(body) == {
        "kms:encryptioncontext:purpose": "sign",
        "kms:encryptioncontext:agent_id": "a",
        "kms:encryptioncontextkeys": ["Purpose", "agent_id"],
    }


@pytest.mark.parametrize("body", [b"", b"{}", b'{"EncryptionContext": {}}'])
def test_a_request_without_context_has_no_keys(body: bytes) -> None:
    assert condition_keys(body) == {}


def test_an_alias_to_be_made_is_a_resource_and_other_requests_keep_theirs() -> None:
    made = json.dumps({"AliasName": "alias/a/b", "TargetKeyId": "k"}).encode()

    assert named_resource("kms", made, "r", "1") == "arn:aws:kms:r:1:alias/a/b"
    assert [named_resource(*each, "r", "1") for each in (("kms", b""), ("sqs", b"no json"))] == [
        "",
        "",
    ]


def test_only_signed_requests_are_counted_and_sessions_of_one_function_are_one() -> None:
    counts = CallCounts({"K1": "signer", "K2": "signer"}.__getitem__)
    for key, target in (("K1", b"TrentService.Decrypt"), ("K2", b"TrentService.Decrypt")):
        credential = f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/kms/aws4_request"
        headers = [(b"authorization", credential.encode()), (b"x-amz-target", target)]
        counts.note({"method": "POST", "path": "/", "headers": headers})
    counts.note({"method": "GET", "path": "/_aws/execute-api/a/b", "headers": []})

    assert list(counts.rows()) == [
        {"service": "kms", "action": "Decrypt", "caller": "signer", "count": 2}
    ]


ANSWERED = {"x-amzn-requestid": "a", "x-amz-id-2": "b", "Access-Control-Allow-Origin": "*"}
SIGNED = "AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/{}/aws4_request"


def test_a_call_is_answered_without_what_is_for_browsers_and_buckets() -> None:
    asked = {"authorization": SIGNED.format("dynamodb")}

    assert as_aws_sends(asked, ANSWERED) == {"x-amzn-requestid": "a"}


@pytest.mark.parametrize(
    "asked",
    [
        {"authorization": SIGNED.format("s3")},
        {"authorization": SIGNED.format("dynamodb"), "origin": "https://console.example"},
        {},
    ],
)
def test_browsers_and_buckets_are_answered_as_before(asked: dict[str, str]) -> None:
    assert as_aws_sends(asked, ANSWERED) == ANSWERED

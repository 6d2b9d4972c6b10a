"""Adds KMS ReEncrypt, which the emulator lacks, and asks for it as AWS does: twice.

AWS, API reference of ReEncrypt: it is authorized twice, as ReEncryptFrom on the source key and as
ReEncryptTo on the destination key; a source key that is named and did not seal the text is an
IncorrectKeyException, as it is for Decrypt. Each of the two is an action with condition keys of its
own, so each is asked under the encryption context of its own side. Both are asked before anything
is opened.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions, iam_evaluator, responses, router
from ministack.services import kms

from localcloud.patches.attributes import existing
from localcloud.patches.encryption_context import context_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

FROM, TO = "kms:ReEncryptFrom", "kms:ReEncryptTo"
_SOURCE, _DESTINATION = "Source", "Destination"
_TARGET = "TrentService.ReEncrypt"


def apply() -> None:
    """Patch what names a request's action and resource, and what answers KMS requests."""
    for name in ("_resolve_key", "_encrypt"):
        existing(kms, name)
    existing(iam_evaluator, "enforce")
    existing(iam_actions, "access_denied_response")
    existing(iam_actions, "_kms_key_id_from_ciphertext")
    _opened_by_its_own_key_alone()
    _asked_for_the_source()
    _asked_for_the_destination_and_done()


def _opened_by_its_own_key_alone() -> None:
    decrypt = existing(kms, "_decrypt")

    def decrypt_by_the_right_key(request: Any) -> Any:
        named = kms._resolve_key(request.get("KeyId"))  # noqa: SLF001 - no public look-up
        sealer = kms._resolve_key(_sealer_of(request))  # noqa: SLF001 - the same
        if named is not None and sealer is not None and named is not sealer:
            said = "The key ID in the request does not identify a key that can open this."
            return responses.error_response_json("IncorrectKeyException", said, 400)
        return decrypt(request)

    kms._decrypt = decrypt_by_the_right_key  # noqa: SLF001 - the patch


def _asked_for_the_source() -> None:
    name_action = existing(iam_actions, "extract_iam_action")
    name_resource = existing(iam_actions, "extract_resource_arn")

    def action_of(service: str, method: str, path: str, headers: Any, *more: Any) -> Any:
        named = name_action(service, method, path, headers, *more)
        return FROM if _is_wanted(headers) else named

    def resource_of(
        service: str, method: str, path: str, headers: Any, body: bytes, *more: Any
    ) -> str:
        if not _is_wanted(headers):
            return str(name_resource(service, method, path, headers, body, *more))
        request = json.loads(body)
        return _arn_of(request.get("SourceKeyId") or _sealer_of(request))

    iam_actions.extract_iam_action = action_of
    iam_actions.extract_resource_arn = resource_of


def _asked_for_the_destination_and_done() -> None:
    handle = existing(kms, "handle_request")

    async def handle_this_too(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        if not _is_wanted(headers):
            return await handle(method, path, headers, body, query)
        request = json.loads(body)
        return _refusal(request, headers, query) or _sealed_anew(request)

    kms.handle_request = handle_this_too


def _is_wanted(headers: Mapping[str, str]) -> bool:
    return headers.get("x-amz-target") == _TARGET


def _refusal(request: Any, headers: Any, query: Any) -> Any:
    """Give the answer to a caller who may not seal by the destination key, if that is so."""
    caller = router.extract_access_key_id(headers, query)
    resource = _arn_of(request["DestinationKeyId"])
    context = context_keys(request.get("DestinationEncryptionContext"))
    denied = iam_evaluator.enforce(
        caller, TO, "kms", responses.get_region(), resource, service_context=context
    )
    if denied is None:
        return None
    return iam_actions.access_denied_response(
        "kms",
        TO,
        denied.principal_arn,
        responses.new_uuid(),
        headers=headers,
        resource_arn=resource,
        explicit_deny=denied.decision == "Deny",
        resource_policy_arn=denied.resource_policy_arn,
    )


def _sealed_anew(request: Any) -> Any:
    asked = {**_side(request, _SOURCE), "CiphertextBlob": request["CiphertextBlob"]}
    opened = kms._decrypt(asked)  # noqa: SLF001 - it has no other name
    if opened[0] != HTTPStatus.OK:
        return opened
    plain = json.loads(opened[2])
    asked = {**_side(request, _DESTINATION), "Plaintext": plain["Plaintext"]}
    sealed = kms._encrypt(asked)  # noqa: SLF001 - the same
    if sealed[0] != HTTPStatus.OK:
        return sealed
    answer = {"SourceKeyId": plain["KeyId"], **json.loads(sealed[2])}
    answer["SourceEncryptionAlgorithm"] = plain["EncryptionAlgorithm"]
    answer["DestinationEncryptionAlgorithm"] = answer.pop("EncryptionAlgorithm")
    return responses.json_response(answer)


def _side(request: Any, side: str) -> dict[str, Any]:
    names = ("KeyId", "EncryptionContext", "EncryptionAlgorithm")
    return {name: request[side + name] for name in names if side + name in request}


def _sealer_of(request: Any) -> str:
    """Give the id of the key that a ciphertext names, '' where it names none."""
    blob = request.get("CiphertextBlob", "")
    return str(iam_actions._kms_key_id_from_ciphertext(blob))  # noqa: SLF001 - no public look-up


def _arn_of(key_id: str) -> str:
    key = kms._resolve_key(key_id)  # noqa: SLF001 - no public look-up
    return str(key["Arn"]) if key else "*"

"""Gives KMS requests their condition keys: the encryption context, and what a new key is for.

Without it a policy that requires a context refuses the right one too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions

from localcloud.patches.attributes import existing

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_NEW_KEYS = ("KeySpec", "KeyUsage")
_FIELDS = ("EncryptionContext", "SourceEncryptionContext")
"""What names the context; the other side of a ReEncrypt is asked about by itself."""


def condition_keys(body: bytes) -> dict[str, Any]:
    """Return what a KMS request says of its encryption context and of the key to be made."""
    request = json.loads(body or b"{}")
    keys = context_keys(next((request[name] for name in _FIELDS if request.get(name)), None))
    return keys | {f"kms:{name.lower()}": request[name] for name in _OF_NEW_KEYS if name in request}


def context_keys(context: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the condition keys of an encryption context, none where there is no context."""
    if not context:
        return {}
    keys: dict[str, Any] = {f"kms:encryptioncontext:{key.lower()}": context[key] for key in context}
    return {**keys, "kms:encryptioncontextkeys": list(context)}


def apply() -> None:
    """Add the keys of a KMS request to the context its policies are evaluated in."""
    original = existing(iam_actions, "request_tag_context")

    def with_encryption_context(
        service: str, iam_action: str, body: bytes, params: dict[str, Any]
    ) -> dict[str, Any]:
        context: dict[str, Any] = original(service, iam_action, body, params)
        return {**context, **condition_keys(body)} if service == "kms" else context

    iam_actions.request_tag_context = with_encryption_context

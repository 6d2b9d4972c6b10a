"""A key as the signer seals it, for those who try to open it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localcloud.stack import RunningStack

CONTEXT = {
    "app": "understudy",
    "purpose": "agent-signing",
    "agent_id": "agent-1",
    "key_version": "1",
}
KEY = b"agent key"


def seal(system: RunningStack, kms: Any) -> dict[str, Any]:
    """Seal a key with a client of the signer's role; gives it as Decrypt takes it."""
    name = system.stack.functions["SignerFunction"]
    signer = system.session().client("lambda").get_function_configuration(FunctionName=name)
    key_id = str(signer["Environment"]["Variables"]["AGENT_KEY_ID"])
    sealed = kms.encrypt(KeyId=key_id, Plaintext=KEY, EncryptionContext=CONTEXT)
    return {
        "KeyId": key_id,
        "CiphertextBlob": sealed["CiphertextBlob"],
        "EncryptionContext": CONTEXT,
    }

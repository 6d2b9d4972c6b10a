"""A role's permission on a key is worth nothing without the key's own statement about it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.system.sealing import CONTEXT, KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

SIGNER, API, OPERATORS = "SignerFunction", "ApiFunction", "OperatorApiFunction"
CHECKPOINT = "AuditCheckpointFunction"
STAMPED = "generate_data_key"


def sealing(key_id: str) -> dict[str, Any]:
    return {"KeyId": key_id, "Plaintext": KEY, "EncryptionContext": CONTEXT}


def stamping(actor: str) -> Callable[[str], dict[str, Any]]:
    context = {"app": "understudy", "purpose": "audit-rows", "actor": actor}
    return lambda key_id: {"KeyId": key_id, "KeySpec": "AES_256", "EncryptionContext": context}


def signing(key_id: str) -> dict[str, Any]:
    how = {"MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
    return {"KeyId": key_id, "Message": b"a checkpoint", **how}


CASES = [
    ("TheSignerUnderItsPurpose", SIGNER, "AGENT_KEY_ID", "encrypt", sealing),
    ("TheSignerUnderItsName", SIGNER, "AUDIT_ROW_KEY_ID", STAMPED, stamping("signer")),
    ("TheApiUnderItsName", API, "AUDIT_ROW_KEY_ID", STAMPED, stamping("api")),
    ("OperatorsUnderTheirName", OPERATORS, "AUDIT_ROW_KEY_ID", STAMPED, stamping("operator")),
    ("TheCheckpointsFunction", CHECKPOINT, "CHECKPOINT_KEY_ID", "sign", signing),
]


@pytest.mark.parametrize(
    ("statement", "function", "variable", "call", "asked"), CASES, ids=[case[0] for case in CASES]
)
def test_without_the_keys_own_statement_a_role_is_refused(
    statement: str,
    function: str,
    variable: str,
    call: str,
    asked: Callable[[str], dict[str, Any]],
    system: RunningStack,
    as_role: Callable[[str, str], Any],
) -> None:
    key_id = key_of(system, function, variable)
    request = asked(key_id)
    use = getattr(as_role(function, "kms"), call)
    use(**request)

    with without(system, key_id, statement), pytest.raises(ClientError) as refused:
        use(**request)
    assert refused.value.response["Error"]["Code"].startswith("AccessDenied")
    use(**request)


def key_of(system: RunningStack, function: str, variable: str) -> str:
    name = system.stack.functions[function]
    settings = system.session().client("lambda").get_function_configuration(FunctionName=name)
    return str(settings["Environment"]["Variables"][variable])


@contextmanager
def without(system: RunningStack, key_id: str, statement: str) -> Iterator[None]:
    """Take a statement out of a key's policy for a while."""
    kms = system.session().client("kms")
    which = {"KeyId": key_id, "PolicyName": "default"}
    whole = kms.get_key_policy(**which)["Policy"]
    policy = json.loads(whole)
    left = [each for each in policy["Statement"] if each["Sid"] != statement]
    assert len(left) == len(policy["Statement"]) - 1
    kms.put_key_policy(**which, Policy=json.dumps({**policy, "Statement": left}))
    try:
        yield
    finally:
        kms.put_key_policy(**which, Policy=whole)

"""Who can use the agents' keys, asked with the functions' own roles."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from checks.template.document import read_document
from tests.integration.system.sealing import CONTEXT, seal

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.stack import RunningStack

pytestmark = pytest.mark.integration

TEMPLATE = read_document(Path(__file__).resolve().parents[3] / "template.yaml")
FUNCTIONS = [each.name for each in TEMPLATE.resources if each.type == "AWS::Serverless::Function"]
STRANGERS_TO_KEYS = [each for each in FUNCTIONS if each != "SignerFunction"]
OWN_ALIAS = {
    "FollowerExecuteFunction": "sign",
    "ApiFunction": "enroll",
    "AgentUpkeepFunction": "upkeep",
    "AccountErasureFunction": "erase",
    "OperatorApiFunction": "operate",
}
ALIASES = (*OWN_ALIAS.values(), "keys")


@pytest.fixture
def sealed(system: RunningStack, as_role: Callable[[str, str], Any]) -> dict[str, Any]:
    """Give a key sealed by the signer, as Decrypt takes it."""
    return seal(system, as_role("SignerFunction", "kms"))


def refusal(call: Callable[..., Any], **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


@pytest.mark.parametrize("function", STRANGERS_TO_KEYS)
def test_nobody_but_the_signer_decrypts(
    function: str, sealed: dict[str, Any], as_role: Callable[[str, str], Any]
) -> None:
    assert refusal(as_role(function, "kms").decrypt, **sealed).startswith("AccessDenied")


def test_the_signer_decrypts_under_the_right_context(
    sealed: dict[str, Any], as_role: Callable[[str, str], Any]
) -> None:
    assert as_role("SignerFunction", "kms").decrypt(**sealed)["Plaintext"] == b"agent key"


def test_the_signer_is_refused_under_another_purpose(
    sealed: dict[str, Any], as_role: Callable[[str, str], Any]
) -> None:
    other = {**sealed, "EncryptionContext": {**CONTEXT, "purpose": "something-else"}}

    assert refusal(as_role("SignerFunction", "kms").decrypt, **other).startswith("AccessDenied")


def test_a_key_opens_for_its_own_agent_only(
    sealed: dict[str, Any], as_role: Callable[[str, str], Any]
) -> None:
    other = {**sealed, "EncryptionContext": {**CONTEXT, "agent_id": "agent-2"}}

    refused = refusal(as_role("SignerFunction", "kms").decrypt, **other)

    assert refused == "InvalidCiphertextException"


@pytest.mark.parametrize(
    ("function", "alias"),
    [pair for pair in product(STRANGERS_TO_KEYS, ALIASES) if pair not in OWN_ALIAS.items()],
)
def test_each_caller_reaches_its_own_alias_only(
    function: str, alias: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    signer = f"{system.stack.functions['SignerFunction']}:{alias}"

    refused = refusal(as_role(function, "lambda").invoke, FunctionName=signer, Payload=b"{}")

    assert refused.startswith("AccessDenied")


@pytest.mark.parametrize(
    "function", [each for each in FUNCTIONS if each != "LeaderListenerFunction"]
)
def test_only_the_listener_writes_marks(
    function: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    item = {"pk": {"S": "MARKS"}, "sk": {"S": "forged"}}

    refused = refusal(
        as_role(function, "dynamodb").put_item,
        TableName=system.stack.tables["MarketTable"],
        Item=item,
    )

    assert refused.startswith("AccessDenied")


@pytest.mark.parametrize("function", STRANGERS_TO_KEYS)
def test_nobody_but_the_signer_reads_the_custody_table(
    function: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    refused = refusal(
        as_role(function, "dynamodb").get_item,
        TableName=system.stack.tables["CustodyTable"],
        Key={"pk": {"S": "AGENT"}, "sk": {"S": "AGENT"}},
    )

    assert refused.startswith("AccessDenied")


@pytest.mark.parametrize("function", ["ApiFunction", "OperatorApiFunction", "SignerFunction"])
@pytest.mark.parametrize("action", ["query", "scan", "get_item", "delete_item"])
def test_who_writes_the_audit_reads_none_of_it(
    function: str, action: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    key = {"pk": {"S": "API#somebody"}, "sk": {"S": "0"}}
    asked: dict[str, Any] = {"Key": key} if action.endswith("item") else {}
    if action == "query":
        asked = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": key["pk"]},
        }

    refused = refusal(
        getattr(as_role(function, "dynamodb"), action),
        TableName=system.stack.tables["AuditTable"],
        **asked,
    )

    assert refused.startswith("AccessDenied")


@pytest.mark.parametrize("function", ["OperatorApiFunction", "FollowerExecuteFunction"])
def test_only_the_api_asks_for_extracts(
    function: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    extract = system.stack.functions["AuditExtractFunction"]

    refused = refusal(as_role(function, "lambda").invoke, FunctionName=extract, Payload=b"{}")

    assert refused.startswith("AccessDenied")

"""Who can use the agents' keys, asked with the functions' own roles."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from checks.template.document import read_document
from tests.integration.system.sealing import CONTEXT, seal
from understudy.domain.audit import Actor

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
AUDITING = {
    "SignerFunction": Actor.SIGNER,
    "ApiFunction": Actor.API,
    "AccountErasureFunction": Actor.ERASURE,
    "OperatorApiFunction": Actor.OPERATOR,
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


def sealed_anew(system: RunningStack, sealed: dict[str, Any], **other: Any) -> dict[str, Any]:
    """Give what asks KMS to seal a key anew by the spare key, under its own context."""
    name = system.stack.functions["SignerFunction"]
    found = system.session().client("lambda").get_function_configuration(FunctionName=name)
    asked = {
        "CiphertextBlob": sealed["CiphertextBlob"],
        "SourceEncryptionContext": CONTEXT,
        "DestinationKeyId": found["Environment"]["Variables"]["SPARE_AGENT_KEY_ID"],
        "DestinationEncryptionContext": CONTEXT,
    }
    return {**asked, **other}


@pytest.mark.parametrize("function", STRANGERS_TO_KEYS)
def test_nobody_but_the_signer_seals_a_key_anew(
    function: str,
    system: RunningStack,
    sealed: dict[str, Any],
    as_role: Callable[[str, str], Any],
) -> None:
    asked = sealed_anew(system, sealed)

    assert refusal(as_role(function, "kms").re_encrypt, **asked) == "AccessDeniedException"


@pytest.mark.parametrize("side", ["SourceEncryptionContext", "DestinationEncryptionContext"])
def test_the_signer_seals_a_key_anew_for_no_other_purpose(
    side: str,
    system: RunningStack,
    sealed: dict[str, Any],
    as_role: Callable[[str, str], Any],
) -> None:
    asked = sealed_anew(system, sealed, **{side: {**CONTEXT, "purpose": "something-else"}})
    signer = as_role("SignerFunction", "kms")

    assert refusal(signer.re_encrypt, **asked) == "AccessDeniedException"
    assert "CiphertextBlob" in signer.re_encrypt(**sealed_anew(system, sealed))


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


def row_of(system: RunningStack, actor: Actor) -> dict[str, Any]:
    """Give a row to put; its condition keeps it out of the audit where the role is let through."""
    return {
        "TableName": system.stack.tables["AuditTable"],
        "Item": {"pk": {"S": actor.partition_of("somebody")}, "sk": {"S": uuid4().hex}},
        "ConditionExpression": "attribute_exists(pk)",
    }


@pytest.mark.parametrize(("function", "whose"), [*product(AUDITING, Actor)])
def test_a_writer_of_the_audit_adds_rows_among_its_own_alone(
    function: str, whose: Actor, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    refused = refusal(as_role(function, "dynamodb").put_item, **row_of(system, whose))

    is_own = AUDITING[function] is whose
    assert refused == ("ConditionalCheckFailedException" if is_own else "AccessDeniedException")


@pytest.mark.parametrize(("function", "whose"), [*product(AUDITING, Actor)])
def test_no_transaction_takes_a_row_in_among_anothers(
    function: str, whose: Actor, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    writes = [{"Put": row_of(system, each)} for each in (AUDITING[function], whose)]

    refused = refusal(as_role(function, "dynamodb").transact_write_items, TransactItems=writes)

    is_own = AUDITING[function] is whose
    assert refused == ("TransactionCanceledException" if is_own else "AccessDeniedException")


@pytest.mark.parametrize("whose", [each for each in Actor if each is not Actor.SIGNER])
@pytest.mark.parametrize("write", ["PutRequest", "DeleteRequest"])
def test_no_batch_of_the_signer_touches_anothers_rows(
    whose: Actor, write: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    own, others = (row_of(system, each) for each in (Actor.SIGNER, whose))
    named = "Item" if write == "PutRequest" else "Key"
    writes = [{write: {named: each["Item"]}} for each in (own, others)]

    refused = refusal(
        as_role("SignerFunction", "dynamodb").batch_write_item,
        RequestItems={own["TableName"]: writes},
    )

    assert refused == "AccessDeniedException"


@pytest.mark.parametrize("function", ["OperatorApiFunction", "FollowerExecuteFunction"])
def test_only_the_api_asks_for_extracts(
    function: str, system: RunningStack, as_role: Callable[[str, str], Any]
) -> None:
    extract = system.stack.functions["AuditExtractFunction"]

    refused = refusal(as_role(function, "lambda").invoke, FunctionName=extract, Payload=b"{}")

    assert refused.startswith("AccessDenied")

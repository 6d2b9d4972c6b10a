"""What the policies of guarded keys may say: this, statement by statement, and nothing else.

A statement for the account's root is one for every role whose own policy says the same. So the
account administers such a key and no more, and who uses it stands in the statement's conditions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from checks.finding import Finding
from checks.template.document import as_list
from checks.template.policies import key_statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.template.document import Document, Properties

    # An operator of a condition, its key and the one value that it demands.
    Demand = tuple[str, str, str]

UNGUARDED = {"DataKey": "opens nothing but tables at rest, for whoever may use them"}
ACCOUNT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
ROLE = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}-%sRole-*"
FIELDS = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
# No Create*: a grant lets whoever gets it use the key, whatever else the policy says.
ADMINISTERING = frozenset(
    {
        "kms:CancelKeyDeletion",
        "kms:Describe*",
        "kms:DisableKey",
        "kms:Enable*",
        "kms:Get*",
        "kms:List*",
        "kms:Put*",
        "kms:ScheduleKeyDeletion",
        "kms:TagResource",
    }
)


class Use(NamedTuple):
    """Actions that a statement may allow when it demands all of this; more only narrows it."""

    actions: frozenset[str]
    demands: frozenset[Demand] = frozenset()


def _under(**context: str) -> frozenset[Demand]:
    named = (
        ("StringEquals", f"kms:EncryptionContext:{name}", value) for name, value in context.items()
    )
    return frozenset(named)


def _by(function: str, **context: str) -> frozenset[Demand]:
    return _under(**context) | {("ArnLike", "aws:PrincipalArn", ROLE % function)}


ADMINISTRATION = Use(ADMINISTERING)
STAMPING = frozenset({"kms:GenerateDataKey"})
OF_CUSTODY = (
    Use(
        frozenset({"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo"}),
        _by("SignerFunction", purpose="agent-signing"),
    ),
)
# Every key that is neither here nor unguarded seals agents' keys.
USES = {
    "AuditRowKey": (
        Use(STAMPING, _by("SignerFunction", purpose="audit-rows", actor="signer")),
        Use(STAMPING, _by("ApiFunction", purpose="audit-rows", actor="api")),
        Use(
            STAMPING,
            _by("AccountErasureFunction", purpose="audit-rows", actor="account_erasure"),
        ),
        Use(STAMPING, _under(purpose="audit-rows", actor="operator")),
        Use(frozenset({"kms:Decrypt"}), _under(purpose="audit-rows")),
    ),
    "CheckpointKey": (Use(frozenset({"kms:Sign"}), _by("AuditCheckpointFunction")),),
}


def check_key_policies(document: Document) -> Iterator[Finding]:
    """Check the policy of every guarded key."""
    for key in document.of_type("AWS::KMS::Key"):
        if key.name in UNGUARDED:
            continue
        listed = list(key_statements(key))
        if not listed:
            message = "has no policy: AWS's own gives the account every action"
            yield Finding(key.name, "key-policy", message)
        uses = (ADMINISTRATION, *USES.get(key.name, OF_CUSTODY))
        for number, statement in enumerate(listed, start=1):
            if statement.get("Effect") != "Deny" and not _is_listed(statement, uses):
                named = statement.get("Sid", f"statement {number}")
                message = f"{named}: who may do what here is listed in checks/template"
                yield Finding(key.name, "key-policy", message)


def _is_listed(statement: Properties, uses: tuple[Use, ...]) -> bool:
    actions, demands = set(as_list(statement.get("Action"))), set(_demands(statement))
    is_plain = statement.keys() <= FIELDS and statement.get("Principal") == ACCOUNT
    return is_plain and any(actions <= use.actions and use.demands <= demands for use in uses)


def _demands(statement: Properties) -> Iterator[Demand]:
    """Give what must hold; a list of values demands none of them, and counts as nothing."""
    for operator, tests in statement.get("Condition", {}).items():
        for name, value in tests.items():
            text = value.get("Fn::Sub") if isinstance(value, dict) else value
            if isinstance(text, str):
                yield operator, name, text

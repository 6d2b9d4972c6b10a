"""Custody keys are used by custody functions alone, and custody code is attached to no other.

Every KMS key is a custody key unless it is listed as one for data or for the audit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.template.document import as_list, references
from checks.template.policies import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.template.document import Document, Properties

CUSTODY_FUNCTIONS = frozenset({"SignerFunction"})
DATA_KEYS = frozenset({"DataKey", "AuditRowKey", "CheckpointKey"})
CUSTODY_CODE = "layers/custody"


def check_custody(document: Document) -> Iterator[Finding]:
    """Check who may use custody keys, and who carries custody code."""
    keys = {key.name for key in document.of_type("AWS::KMS::Key")} - DATA_KEYS
    keys |= _aliases(document, keys)
    for resource in document.resources:
        if _owner(resource.name) not in CUSTODY_FUNCTIONS:
            for statement in statements(resource):
                yield from _check_statement(resource.name, statement, keys)
    yield from _check_layers(document)


def _aliases(document: Document, keys: set[str]) -> set[str]:
    aliases = document.of_type("AWS::KMS::Alias")
    return {alias.name for alias in aliases if references(alias.properties) & keys}


def _owner(name: str) -> str:
    """Name the function that a role or policy belongs to: `SignerFunctionRole` -> its function."""
    return name.removesuffix("Policy").removesuffix("Role")


def _check_statement(name: str, statement: Properties, keys: set[str]) -> Iterator[Finding]:
    if statement.get("Effect") == "Deny":
        return
    actions = [str(action).lower() for action in as_list(statement.get("Action"))]
    if not any(action.startswith(("kms:", "*")) for action in actions):
        return
    for resource in as_list(statement.get("Resource")):
        named = references(resource)
        if named & keys:
            message = f"may use {', '.join(sorted(named & keys))}, which is a custody key"
            yield Finding(name, "custody-key", message)
        elif not named & DATA_KEYS:
            yield Finding(name, "custody-key", f"{resource}: name the data key it may use")


def _check_layers(document: Document) -> Iterator[Finding]:
    layers = {
        layer.name
        for layer in document.of_type("AWS::Serverless::LayerVersion")
        if CUSTODY_CODE in str(layer.properties.get("ContentUri"))
    }
    for function in document.functions():
        carried = references(function.properties.get("Layers")) & layers
        if carried and function.name not in CUSTODY_FUNCTIONS:
            yield Finding(function.name, "custody-code", f"carries {', '.join(sorted(carried))}")

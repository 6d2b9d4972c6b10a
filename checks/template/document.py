"""Reads a SAM template as plain values and answers which resources a value refers to.

Short forms (`!Ref`, `!GetAtt`, `!Sub` …) become their long forms; nothing is resolved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUBSTITUTION = re.compile(r"\$\{(\w+)")
Properties = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: its logical id, type, metadata, and properties with `Globals` merged in.

    `is_kept` says that it outlives its stack and its replacement.
    """

    name: str
    type: str
    properties: Properties
    metadata: Properties
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Document:
    """The resources of one template."""

    resources: tuple[Resource, ...]

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources whose type is one of `types`."""
        return (resource for resource in self.resources if resource.type in types)

    def functions(self) -> Iterator[Resource]:
        """Yield the Lambda functions."""
        return self.of_type("AWS::Serverless::Function")


def read_document(path: Path) -> Document:
    """Read a template; a file that is no template raises ValueError."""
    text = path.read_text(encoding="utf-8")
    content = yaml.load(text, Loader=_TemplateLoader)  # noqa: S506 - a SafeLoader that knows tags
    if not isinstance(content, dict) or "Resources" not in content:
        message = f"{path} is no template: it has no Resources"
        raise ValueError(message)
    shared = content.get("Globals", {}).get("Function", {})
    return Document(
        tuple(_resource(name, body, shared) for name, body in content["Resources"].items())
    )


def references(value: object) -> set[str]:
    """Collect the logical ids (and parameters) that a value refers to, at any depth."""
    if isinstance(value, list):
        return set().union(*(references(part) for part in value))
    if not isinstance(value, dict):
        return set()
    return set().union(*(_reference(key, part) for key, part in value.items()))


def as_list(value: object) -> list[Any]:
    """Read the one-or-many of policy documents; nothing is an empty list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _reference(key: str, value: object) -> set[str]:
    match key, value:
        case "Ref" | "Fn::GetAtt", str(path):
            return {path.split(".")[0]}
        case "Fn::GetAtt", [str(name), *_]:
            return {name}
        case "Fn::Sub", str(text):
            return set(SUBSTITUTION.findall(text))
        case "Fn::Sub", [str(text), variables]:
            return set(SUBSTITUTION.findall(text)) | references(variables)
    return references(value)


def _resource(name: str, body: Properties, shared: Properties) -> Resource:
    properties = body.get("Properties") or {}
    if body["Type"] == "AWS::Serverless::Function":
        properties = {**shared, **properties}
    is_kept = body.get("DeletionPolicy") == body.get("UpdateReplacePolicy") == "Retain"
    return Resource(name, body["Type"], properties, body.get("Metadata") or {}, is_kept)


class _TemplateLoader(yaml.CSafeLoader):
    pass


def _construct_tag(loader: _TemplateLoader, suffix: str, node: yaml.Node) -> Properties:
    if isinstance(node, yaml.ScalarNode):
        value: object = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type] # only mappings remain
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_TemplateLoader.add_multi_constructor("!", _construct_tag)

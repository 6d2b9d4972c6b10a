"""Reads a SAM template and remembers which source folder each function and layer is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import intrinsics_multi_constructor

from localcloud.errors import Code, LocalCloudError

Template = dict[str, Any]

CODE_BUCKET = "understudy-local-code"
_SOURCE_PROPERTY = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms as the transform does; in C: each start waits for it."""


_Loader.add_multi_constructor("!", intrinsics_multi_constructor)


@dataclass(frozen=True)
class Source:
    """A template whose code addresses are object keys, and the folder that stands for each key."""

    template: Template
    folders: Mapping[str, Path]


def read_source(path: Path) -> Source:
    """Read the template at `path`.

    Raises:
        LocalCloudError: TEMPLATE_INVALID when it cannot be read or names a folder that is missing.
    """
    try:
        template = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506  # a SafeLoader
    except (OSError, yaml.YAMLError) as problem:
        raise invalid(f"the template {path} cannot be read: {problem}") from problem
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise invalid(f"the template {path} has no Resources")
    return Source(template, _address_folders(template, path.parent))


def invalid(message: str) -> LocalCloudError:
    """Return a TEMPLATE_INVALID error."""
    return LocalCloudError(Code.TEMPLATE_INVALID, message, "correct the template and start again")


def _address_folders(template: Template, root: Path) -> dict[str, Path]:
    shared = template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    folders = {}
    for name, resource in template["Resources"].items():
        source_property = _SOURCE_PROPERTY.get(resource.get("Type", ""))
        if source_property is None:
            continue
        properties = resource.setdefault("Properties", {})
        folder = root / str(properties.get(source_property, shared))
        if not folder.is_dir():
            raise invalid(f"{name}: {source_property} names {folder}, which is no folder")
        folders[name] = folder.resolve()
        properties[source_property] = f"s3://{CODE_BUCKET}/{name}"
    return folders

"""Makes each function run from its source folder, in this interpreter, with AWS's runtime client.

The function's package is one shell script; what it can import is its own folder, the layers its
template entry names, the packages of AWS's runtime, and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud import worker
from localcloud.deploy.packages import RUNTIME, link_packages, requirement_names
from localcloud.deploy.source import CODE_BUCKET, invalid
from localcloud.guard import FOLDER as GUARD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localcloud.deploy.source import Source, Template

_FUNCTION = "AWS::Lambda::Function"
_LAYER = "AWS::Lambda::LayerVersion"
_RUNTIME = "provided.al2023"
_EXECUTABLE = 0o755 << 16
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # equal content must give equal bytes


def run_from_source(template: Template, source: Source, packages: Path) -> dict[str, bytes]:
    """Point every function and layer at a package for the emulator, in place.

    `packages` is a folder of our own for links. Returns the packages by object key.
    """
    runtime = link_packages(RUNTIME, packages / "runtime")
    layers = _layers(template, source, packages)
    uploads: dict[str, bytes] = {}
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == _LAYER:
            properties["Content"] = _stored(uploads, _archive("README", "served from source", 0))
        elif resource["Type"] == _FUNCTION and _is_python(properties):
            folder = source.folders[properties["Code"]["S3Key"]]
            parts = [layers[_layer_name(name, layer)] for layer in properties.get("Layers", [])]
            path = [GUARD, folder, *(part for layer in parts for part in layer), runtime]
            properties["Code"] = _stored(uploads, bootstrap(path))
            properties["Runtime"] = _RUNTIME
    return uploads


def _is_python(properties: Mapping[str, Any]) -> bool:
    return str(properties.get("Runtime", "")).startswith("python")


def _layer_name(function: str, reference: Any) -> str:
    name = reference.get("Ref") if isinstance(reference, dict) else None
    if isinstance(name, str):
        return name
    raise invalid(f"{function}: a layer must be a !Ref to a layer of the same template")


def _layers(template: Template, source: Source, packages: Path) -> dict[str, list[Path]]:
    return {
        name: _import_folders(source.folders[key], packages / key)
        for name, resource in template["Resources"].items()
        if resource["Type"] == _LAYER
        for key in [resource["Properties"]["Content"]["S3Key"]]
    }


def _import_folders(folder: Path, links: Path) -> list[Path]:
    python = folder / "python"
    folders = [python if python.is_dir() else folder]
    requirements = folder / "requirements.txt"
    names = requirement_names(requirements) if requirements.is_file() else []
    return [*folders, link_packages(names, links)] if names else folders


def bootstrap(path: list[Path]) -> bytes:
    """Pack the script that starts a worker which can import from these folders only."""
    folders = os.pathsep.join(map(str, path))
    program = Path(worker.__file__).resolve()
    script = (
        "#!/bin/sh\n"
        f"export PYTHONPATH={shlex.quote(folders)}\n"
        f'exec {shlex.quote(sys.executable)} -S -P {shlex.quote(str(program))} "$_HANDLER"\n'
    )
    return _archive("bootstrap", script, _EXECUTABLE)


def _archive(name: str, content: str, attributes: int) -> bytes:
    archive = io.BytesIO()
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.external_attr = attributes
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(entry, content)
    return archive.getvalue()


def _stored(uploads: dict[str, bytes], content: bytes) -> dict[str, str]:
    key = f"{hashlib.sha256(content).hexdigest()}.zip"
    uploads[key] = content
    return {"S3Bucket": CODE_BUCKET, "S3Key": key}

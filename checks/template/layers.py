"""Every layer is built: only the build puts its code where the runtime imports from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checks.finding import Finding
from checks.template.functions import ARCHITECTURES, RUNTIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.template.document import Document

BUILD = {"BuildMethod": RUNTIME, "BuildArchitecture": ARCHITECTURES[0]}


def check_layers(document: Document) -> Iterator[Finding]:
    """Check that each layer is built for the functions' runtime.

    Without a build method `sam build` ships the folder as it is: its code then lies in `/opt`,
    which is on no import path, instead of `/opt/python`.
    """
    for layer in document.of_type("AWS::Serverless::LayerVersion"):
        if layer.metadata != BUILD:
            yield Finding(layer.name, "layer-build", f"Metadata is {layer.metadata}, not {BUILD}")

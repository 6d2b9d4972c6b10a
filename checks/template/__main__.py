"""Run every rule about a template: `python -m checks.template template.yaml`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from checks.finding import Finding, report
from checks.template.at_rest import check_at_rest
from checks.template.custody import check_custody
from checks.template.document import Document, read_document
from checks.template.exposure import check_exposure
from checks.template.functions import check_functions
from checks.template.key_policies import check_key_policies
from checks.template.layers import check_layers
from checks.template.policies import check_policies
from checks.template.stores import check_stores

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = (
    check_functions,
    check_policies,
    check_custody,
    check_key_policies,
    check_stores,
    check_layers,
    check_at_rest,
    check_exposure,
)


def find_all(document: Document) -> Iterator[Finding]:
    """Yield what any rule finds in the template."""
    for rule in RULES:
        yield from rule(document)


if __name__ == "__main__":
    sys.exit(report(find_all(read_document(Path(sys.argv[1])))))

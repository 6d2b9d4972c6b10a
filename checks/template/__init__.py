"""The rules for `template.yaml` that neither cfn-lint nor `sam validate` knows."""

from __future__ import annotations

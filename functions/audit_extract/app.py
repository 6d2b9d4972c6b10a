"""Gives what the audit has of one user."""

from __future__ import annotations

from typing import Any

from understudy.domain.audit import AboutUser
from understudy.domain.codec import from_plain, to_plain
from understudy.runtime.audit_extract import build
from understudy.workflows.audit_extract import extract


def handler(event: dict[str, Any], context: Any) -> dict[str, object]:
    """Answer one request."""
    return to_plain(extract(build(), from_plain(AboutUser, event)))

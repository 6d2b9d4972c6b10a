"""Asks what the audit has of a user, without a cloud between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from understudy.domain.errors import DependencyError
from understudy.ports.audit import AuditLookup
from understudy.workflows.audit_extract import extract

if TYPE_CHECKING:
    from understudy.domain.audit import AboutUser, AuditExtract


@dataclass
class DirectAuditExtracts:
    """Implements `AuditExtracts` by the workflow itself."""

    lookup: AuditLookup
    is_down: bool = False

    def of(self, about: AboutUser) -> AuditExtract:
        """Give the extract."""
        if self.is_down:
            raise DependencyError("the audit cannot be asked just now")
        return extract(self.lookup, about)

"""Who calls: the bearer of one access token in one header, and of a session that still lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.domain.errors import NotAllowedError

from .routing import Access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.ports.identity import AccessClaims
    from understudy.workflows.requests.sessions import Sessions

SCHEME = "bearer "


def caller_of(event: Mapping[str, Any], access: Access, sessions: Sessions) -> AccessClaims:
    """Give the claims of a request's access token; raises NotAllowedError."""
    claims = sessions.caller(_token(event.get("headers") or {}))
    if access is Access.MONEY:
        sessions.require_live(claims)
    return claims


def _token(headers: Mapping[str, str]) -> str:
    sent = [value for name, value in headers.items() if name.lower() == "authorization"]
    if len(sent) != 1 or sent[0][: len(SCHEME)].lower() != SCHEME:
        raise NotAllowedError(
            "send the header 'Authorization: Bearer <access token>'", code="UNAUTHENTICATED"
        )
    return sent[0][len(SCHEME) :]

"""Who calls: the bearer of one access token in one header, else a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from understudy.domain.errors import NotAllowedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.ports.identity import AccessClaims
    from understudy.workflows.requests.sessions import Sessions

SCHEME = "bearer "


def caller_of(event: Mapping[str, Any], sessions: Sessions) -> AccessClaims:
    """Give the claims of a request's access token; asks no store.

    Raises NotAllowedError, ForbiddenError for a user's at an operators' route.
    """
    return sessions.caller(_token(event.get("headers") or {}))


def address_of(event: Mapping[str, Any]) -> str:
    """Give the IP address that the gateway saw; headers, which anybody can write, do not count."""
    return str(event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))


def _token(headers: Mapping[str, str]) -> str:
    sent = [value for name, value in headers.items() if name.lower() == "authorization"]
    if len(sent) != 1 or sent[0][: len(SCHEME)].lower() != SCHEME:
        raise NotAllowedError(
            "send the header 'Authorization: Bearer <access token>'", code="UNAUTHENTICATED"
        )
    return sent[0][len(SCHEME) :]

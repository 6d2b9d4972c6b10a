"""The operators' part of the API: the same door, behind a function and a role of its own."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from understudy.adapters.correlation import correlated
from understudy.domain.audit import Actor
from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.runtime.api import build

    from .operator_routes import ROUTES
    from .server import serve

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver


@cache
@uncollected()
def application() -> APIGatewayHttpResolver:
    """Give the operators' routes with their real ports."""
    return serve(ROUTES, partial(build, Actor.OPERATOR))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API."""
    with correlated(event["requestContext"]["requestId"]):
        return application().resolve(event, context)

"""The API function: every route but the operators' in, one checked call, JSON out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from understudy.adapters.correlation import correlated
from understudy.runtime.starting import uncollected

with uncollected():
    from understudy.runtime.api import build

    from .routes import SERVED_TO_ALL
    from .server import serve

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver


@cache
@uncollected()
def application() -> APIGatewayHttpResolver:
    """Give the API with its real ports."""
    return serve(SERVED_TO_ALL, build)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request of the HTTP API."""
    with correlated(event["requestContext"]["requestId"]):
        return application().resolve(event, context)

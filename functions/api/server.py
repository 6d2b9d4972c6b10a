"""Serves routes behind an HTTP API: checks a request against its route, calls it, writes JSON."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from pydantic import ValidationError

from understudy.domain.codec import to_plain
from understudy.domain.errors import UnderstudyError
from understudy.ports.directory import Page
from understudy.runtime.observability import logger

from .bodies import read_body
from .callers import caller_of
from .problems import headers_of, problem, problem_of, problem_of_shape
from .routing import Access, Call, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from understudy.runtime.api_services import ApiServices

    from .problems import Problem
    from .routing import Route

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
NO_STORE = {"Cache-Control": "no-store"}


def serve(routes: Sequence[Route], services: Callable[[], ApiServices]) -> APIGatewayHttpResolver:
    """Bind routes to a resolver; services are asked for when the first request needs them."""
    app = APIGatewayHttpResolver()
    for route in routes:
        pattern = route.path.replace("{", "<").replace("}", ">")
        app.route(pattern, method=route.method)(_bound(app, route, services))
    app.not_found(lambda _: _refused(problem(404, "NOT_FOUND", "there is no such route")))
    app.exception_handler(Exception)(_failed)
    return app


def _bound(
    app: APIGatewayHttpResolver, route: Route, services: Callable[[], ApiServices]
) -> Callable[..., Response[str]]:
    def answer(**path: str) -> Response[str]:
        try:
            call = _checked(app.current_event.raw_event, route, services, path)
            shown = route.handle(call)
        except ValidationError as error:
            return _refused(problem_of_shape(error), route)
        except UnderstudyError as error:
            return _refused(problem_of(error), route, error)
        return _answered(route.status, shown)

    return answer


def _checked(
    event: Mapping[str, Any],
    route: Route,
    services: Callable[[], ApiServices],
    path: Mapping[str, str],
) -> Call:
    claims = None
    if route.access is not Access.OPEN:
        claims = caller_of(event, route.access, services().sessions)
    return Call(
        provide=services,
        claims=claims,
        path=path,
        body=_read(route.body, read_body(event)),
        query=_read(route.query, event.get("queryStringParameters") or {}),
    )


def _read(model: type[Request] | None, sent: Mapping[str, Any]) -> Request:
    # A route without a body or a query takes none: any name is refused there as unknown.
    return (model or Request).model_validate(sent)


def _answered(status: int, shown: Any) -> Response[str]:
    if isinstance(shown, str):
        return Response(status, "text/html; charset=utf-8", shown, dict(NO_STORE))
    return Response(status, JSON, json.dumps(plain(shown), separators=(",", ":")), dict(NO_STORE))


def plain(shown: Any) -> Any:
    """Write what a route shows as plain types; decimals become text."""
    if isinstance(shown, Page):
        return {"items": plain(shown.items), "cursor": shown.cursor}
    if isinstance(shown, dict):
        return {name: plain(value) for name, value in shown.items()}
    if isinstance(shown, (list, tuple)):
        return [plain(each) for each in shown]
    return to_plain(shown) if is_dataclass(shown) else shown


def _refused(
    shown: Problem, route: Route | None = None, error: UnderstudyError | None = None
) -> Response[str]:
    named = route.key if route else ""
    facts = {name: str(value) for name, value in (error.facts if error else {}).items()}
    logger("api").info(
        "request refused", route=named, status=shown["status"], code=shown["code"], facts=facts
    )
    headers = {**NO_STORE, **headers_of(shown)}
    return Response(shown["status"], PROBLEM_JSON, json.dumps(shown), headers)


def _failed(error: Exception) -> Response[str]:
    # The error's words may carry what was sent: only its kind and its place are logged.
    kind = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
    logger("api").error("request failed", kind)
    detail = "something went wrong on our side: try again, and tell us if it happens again"
    shown = problem(500, "INTERNAL", detail)
    return Response(500, PROBLEM_JSON, json.dumps(shown), dict(NO_STORE))

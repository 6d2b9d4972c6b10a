"""Serves routes behind an HTTP API: checks a request against its route, calls it, writes JSON."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from pydantic import ValidationError

from understudy.domain.codec import to_plain
from understudy.domain.errors import ConfigurationError, UnderstudyError
from understudy.ports.directory import Page
from understudy.runtime.observability import log_misconfigured, logger

from .answer_headers import OF_EVERY_ANSWER, OF_NO_PAGE, of_admissions, of_page
from .bodies import read_body
from .door import Visit
from .fields import LONGEST_ID
from .problems import headers_of, problem, problem_of, problem_of_shape
from .routing import Call, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from understudy.runtime.api_services import ApiServices

    from .problems import Problem
    from .routing import Route

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"


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
        event = app.current_event.raw_event
        visit = Visit(route, event, services)
        try:
            shown = route.handle(_checked(visit, event, services, path))
        except ValidationError as error:
            return _refused(problem_of_shape(error), visit)
        except UnderstudyError as error:
            if isinstance(error, ConfigurationError):
                log_misconfigured("api", error)
            return _refused(problem_of(error), visit, error)
        return _answered(visit, shown)

    return answer


def _checked(
    visit: Visit,
    event: Mapping[str, Any],
    services: Callable[[], ApiServices],
    path: Mapping[str, str],
) -> Call:
    claims = visit.enter()
    body = _read(visit.route.body, read_body(event))
    visit.aim(body)
    return Call(
        provide=services,
        claims=claims,
        # A table refuses a key that is too long, which would look like a failure of ours. An id
        # that is too long to be ours still is when it is cut: it gets what any unknown one gets.
        path={name: sent[: LONGEST_ID + 1] for name, sent in path.items()},
        body=body,
        query=_read(visit.route.query, event.get("queryStringParameters") or {}),
        at_ms=visit.at_ms,
    )


def _read(model: type[Request] | None, sent: Mapping[str, Any]) -> Request:
    # A route without a body or a query takes none: any name is refused there as unknown.
    return (model or Request).model_validate(sent)


def _answered(visit: Visit, shown: Any) -> Response[str]:
    if isinstance(shown, str):
        headers = of_admissions(visit.admissions) | of_page(shown)
        return _response(visit.route.status, "text/html; charset=utf-8", shown, headers)
    text = json.dumps(plain(shown), separators=(",", ":"))
    return _response(visit.route.status, JSON, text, of_admissions(visit.admissions))


def _response(status: int, kind: str, text: str, headers: Mapping[str, str]) -> Response[str]:
    return Response(status, kind, text, {**OF_EVERY_ANSWER, **OF_NO_PAGE, **headers})


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
    shown: Problem, visit: Visit | None = None, error: UnderstudyError | None = None
) -> Response[str]:
    named = visit.route.key if visit else ""
    facts = {name: str(value) for name, value in (error.facts if error else {}).items()}
    logger("api").info(
        "request refused", route=named, status=shown["status"], code=shown["code"], facts=facts
    )
    counted = of_admissions(visit.admissions) if visit else {}
    return _response(
        shown["status"], PROBLEM_JSON, json.dumps(shown), headers_of(shown, error) | counted
    )


def _failed(error: Exception) -> Response[str]:
    # The error's words may carry what was sent: only its kind and its place are logged.
    kind = RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
    logger("api").error("request failed", kind)
    detail = "something went wrong on our side: try again, and tell us if it happens again"
    shown = problem(500, "INTERNAL", detail)
    return _response(500, PROBLEM_JSON, json.dumps(shown), {})

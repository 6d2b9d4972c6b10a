"""The OpenAPI document, written from the routes and their request models. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import models_json_schema

from .answer_schemas import REFERENCE, AnswerSchemas
from .answer_types import shown_by
from .problems import TITLE_OF
from .request_schemas import portable
from .routing import Access

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .routing import Request, Route

ABOUT = (
    "Copy trading on your own account, with a key that can trade and never withdraw. Money and"
    " sizes are decimals in text, exact but for a portfolio's money and entry prices: these have at"
    " most 8 decimals, rounded against the follow. Times end in _ms and count from 1970 (UTC), and"
    " only the expires_at of a nonce is written like the times of the message it is for (ISO 8601)."
    " Every refusal of a route is problem details (RFC 9457) with a stable code. A path or method"
    ' that is none of these is answered by the gateway itself: 404, {"message": "Not Found"}. More'
    " calls at once than it takes, whoever makes them, are too: 429, without a code."
)
ASKS_TO_WAIT = (429, 503)
RETRY_AFTER = {
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}
}
ASKS_FOR_A_SIGN_IN = (
    "Asks for a sign-in within the last 10 minutes, which no refresh is: after that 403 with the"
    " code SIGN_IN_AGAIN. Sign in again, and repeat it with the new access token."
)
SIGNED_IN_TOO_LONG_AGO = "Signed in more than 10 minutes ago (code SIGN_IN_AGAIN)"
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable; for programs"},
        "detail": {"type": "string", "description": "for people"},
        "errors": {
            "type": "array",
            "description": "one for each field that is wrong; with INVALID_INPUT",
            "items": {
                "type": "object",
                "required": ["field", "problem"],
                "properties": {
                    "field": {"type": "string", "description": "its path, like limits.sizing"},
                    "problem": {"type": "string", "description": "for people"},
                },
            },
        },
    },
}


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """Describe the API."""
    models = sorted({m for r in routes for m in (r.body, r.query) if m}, key=lambda m: m.__name__)
    _, schemas = models_json_schema(
        [(model, "validation") for model in models], ref_template=REFERENCE.format(name="{model}")
    )
    answers = AnswerSchemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, answers)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Understudy", "version": "1", "description": ABOUT},
        "tags": [{"name": name} for name in dict.fromkeys(map(_tag, routes))],
        "paths": paths,
        "components": {
            "schemas": {
                **answers.named,
                **portable(schemas.get("$defs", {})),
                "Problem": PROBLEM_SCHEMA,
            },
            "securitySchemes": {"access_token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, answers: AnswerSchemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z0-9]+', '_', route.path.lower())}",
        "summary": route.summary,
        "tags": [_tag(route)],
        "parameters": [*_path_parameters(route), *_query_parameters(route.query)],
        "responses": {
            str(route.status): _answer(route, answers),
            **{str(status): _refusal(route, status) for status in _refusals(route)},
        },
    }
    if route.fresh:
        operation["description"] = ASKS_FOR_A_SIGN_IN
    if route.access is not Access.OPEN:
        operation["security"] = [{"access_token": []}]
    if route.body is not None:
        schema = {"$ref": REFERENCE.format(name=route.body.__name__)}
        content = {"application/json": {"schema": schema}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _tag(route: Route) -> str:
    """Name what a route is about, as its path does; what has no version is about the system."""
    _, first, *more = route.path.split("/")
    return more[0] if first == "v1" else "system"


def _answer(route: Route, answers: AnswerSchemas) -> dict[str, Any]:
    shown = shown_by(route.handle)
    kind = "text/html" if shown is str else "application/json"
    return {"description": "Done", "content": {kind: {"schema": answers.of(shown)}}}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)\}", route.path)
    ]


def _query_parameters(query: type[Request] | None) -> list[dict[str, Any]]:
    if query is None:
        return []
    schema = query.model_json_schema(ref_template=REFERENCE.format(name="{model}"))
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": portable(each)}
        for name, each in schema["properties"].items()
    ]


def _refusals(route: Route) -> list[int]:
    signed_in = route.access is not Access.OPEN
    changes = route.method != "GET"
    possible = {
        400: True,
        401: signed_in or changes,
        403: route.fresh or route.path.startswith("/v1/ops/"),
        404: route.access is Access.OPERATOR or any(n.endswith("_id") for n in _names(route)),
        409: changes,
        413: True,
        422: changes,
        429: route.counted,
    }
    return [*(status for status, holds in possible.items() if holds), 503]


def _names(route: Route) -> set[str]:
    """Give what a request may name, in its path, its query and its body."""
    models = [model for model in (route.query, route.body) if model]
    names = {name for model in models for name in model.model_fields}
    return {*re.findall(r"\{(\w+)\}", route.path), *names}


def _refusal(route: Route, status: int) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(name="Problem")}
    content = {"application/problem+json": {"schema": schema}}
    too_long_ago = route.fresh and status == 403  # noqa: PLR2004  # not for you
    description = SIGNED_IN_TOO_LONG_AGO if too_long_ago else TITLE_OF[status]
    refusal = {"description": description, "content": content}
    return {**refusal, "headers": RETRY_AFTER} if status in ASKS_TO_WAIT else refusal

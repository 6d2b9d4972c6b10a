"""Whether one answer is as its operation is described, exactly: what is not told is a fault."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from requests import Request
from schemathesis import Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

if TYPE_CHECKING:
    from schemathesis import Case

    from tests.fakes.api import Answer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
MOST_SHOWN = 500
NOWHERE = Request("GET", "http://in-process.test").prepare()


def faults_of(case: Case, answer: Answer) -> list[str]:
    """Give what is wrong with an answer."""
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    headers = {name: [value] for name, value in answer.headers.items()}
    response = Response(answer.status, headers, text.encode(), NOWHERE, elapsed=0.0, verify=False)
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        sent = f"sent {case.path_parameters} {case.query} {case.body!r}"
        return [
            f"{each.title}: {each.message}; {sent}; answered {text}" for each in group.exceptions
        ]
    return []

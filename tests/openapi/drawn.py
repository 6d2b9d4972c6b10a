"""Draws requests of one operation from its description: most of them good ones, of ids that exist.

An id that is replaced by one that exists takes a request past the question whether it does.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.api import Answer
    from tests.openapi.served import Served

TYPICAL = (True, True, True, False)
NEARLY_ALWAYS = (True,) * 15 + (False,)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One request: a case as its description draws it, and which of our ways it is sent in."""

    case: Case
    is_known: bool
    is_signed_in: bool

    def send(self, served: Served) -> Answer:
        """Send it to the API."""
        case, known = self.case, served.known if self.is_known else {}
        case.path_parameters = _with(case.path_parameters, known)
        token = served.token_for(case.path) if self.is_signed_in else ""
        query = {name: _text(value) for name, value in _with(case.query or {}, known).items()}
        body, how = _body(_with(case.body, known))
        return served.api.request(case.method, case.formatted_path, body, token, query, **how)


def requests_of(operation: Any) -> st.SearchStrategy[Drawn]:
    """Draw requests of an operation; those that break its description are sent as they are."""
    good, bad = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)
    typically, nearly_always = st.sampled_from(TYPICAL), st.sampled_from(NEARLY_ALWAYS)
    nothing_known = st.just(value=False)
    return st.builds(Drawn, good, typically, nearly_always) | st.builds(
        Drawn, bad, nothing_known, nearly_always
    )


def _with(sent: Any, known: Mapping[str, str]) -> Any:
    if not isinstance(sent, dict):
        return sent
    return {name: known.get(name, value) for name, value in sent.items()}


def _body(drawn: Any) -> tuple[str | None, dict[str, Any]]:
    """Write a body as a gateway hands it on; one that is no JSON comes as bytes."""
    if isinstance(drawn, NotSet):
        return None, {}
    if isinstance(drawn, bytes):
        return base64.b64encode(drawn).decode(), {"isBase64Encoded": True}
    return json.dumps(drawn), {}


def _text(value: Any) -> str:
    """Write a value of a query as a gateway hands it on."""
    if isinstance(value, list):
        return ",".join(_text(each) for each in value)
    return value if isinstance(value, str) else json.dumps(value)

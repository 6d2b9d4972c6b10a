"""What either function of the API does is written down under the id of the HTTP request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from functions.api import app, operator_app
from tests.fakes.api import OF_OPERATORS, ApiWorld
from tests.fakes.identity import ALICE
from understudy.adapters.correlation import correlation_id
from understudy.adapters.memory.audit import InMemoryAuditTrail

if TYPE_CHECKING:
    from understudy.domain.audit import AuditEntry


class NamingTrail(InMemoryAuditTrail):
    """Notes beside each event for which request it was kept."""

    def __init__(self) -> None:
        super().__init__()
        self.named: list[tuple[str, str]] = []

    def append(self, entry: AuditEntry) -> None:
        super().append(entry)
        self.named.append((entry.event, entry.correlation_id or correlation_id()))


class Handled(ApiWorld):
    """An API whose requests go through the functions' handlers, each under an id of its own."""

    request_id = ""

    def resolve(self, event: dict[str, Any]) -> dict[str, Any]:
        self.resolvers.asking = self
        event["requestContext"]["requestId"] = self.request_id
        function = operator_app if event["rawPath"].startswith(OF_OPERATORS) else app
        answer: dict[str, Any] = function.handler(event, None)
        return answer


@pytest.fixture
def trail() -> NamingTrail:
    return NamingTrail()


@pytest.fixture
def api(trail: NamingTrail, monkeypatch: pytest.MonkeyPatch) -> Handled:
    world = Handled(audit=trail)
    monkeypatch.setattr(app, "application", lambda: world.resolvers.app)
    monkeypatch.setattr(operator_app, "application", lambda: world.resolvers.operator_app)
    return world


@pytest.mark.parametrize(
    ("path", "body", "event"),
    [
        ("/v1/ops/users/{user_id}/sessions/end", {"reason": "a leak"}, "SESSIONS_ENDED"),
        ("/v1/copy/disable", None, "COPYING_DISABLED"),
    ],
)
def test_a_deed_names_the_request_in_which_it_was_done(
    api: Handled, trail: NamingTrail, path: str, body: Any, event: str
) -> None:
    api.request_id = "to come in"
    token = api.operator_token() if path.startswith(OF_OPERATORS) else api.token()
    api.token(ALICE)
    wallet = api.identity.wallet_of_address(ALICE.address.lower())
    assert wallet
    trail.named.clear()

    api.request_id = "the-request"
    answer = api.request("POST", path.replace("{user_id}", wallet.user_id), body, token)

    assert answer.status == 200, answer.body
    assert trail.named == [(event, "the-request")]
    assert correlation_id() == "", "the next request begins with none"

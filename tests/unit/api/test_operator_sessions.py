"""Operators end one session, a user's or everybody's: at once, and never unwritten."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tests.fakes.api import OPERATORS_DOOR
from tests.fakes.identity import BOB, OPERATOR
from understudy.adapters.memory.identity import InMemoryIdentityStore
from understudy.domain.errors import DependencyError
from understudy.workflows.requests.standings import REMEMBERED_MS

if TYPE_CHECKING:
    from tests.fakes.api import Answer, ApiWorld
    from understudy.domain.audit import AuditEntry

WHY = {"reason": "a stolen phone"}
EVERYBODYS = "/v1/ops/everybody/sessions/end"
TOLD = {"operator": OPERATOR.address.lower(), **WHY}


class Away(InMemoryIdentityStore):
    """Users' sessions in a table that does not answer."""

    def end_all_sessions(self, _: int) -> NoReturn:
        raise DependencyError("the table is away")


@pytest.fixture
def operator(api: ApiWorld) -> str:
    return api.operator_token()


def end(api: ApiWorld, operator: str, path: str, body: Any = WHY) -> Answer:
    answer = api.request("POST", path, body, operator)
    api.world.clock.advance(REMEMBERED_MS)  # for so long the API's own workers may not know
    return answer


def me(api: ApiWorld, token: str) -> Answer:
    return api.request("GET", "/v1/me", None, token)


def user_id(api: ApiWorld, token: str) -> str:
    return str(me(api, token).body["user"]["user_id"])


def current_session(api: ApiWorld, token: str) -> str:
    shown = api.request("GET", "/v1/sessions", None, token).body["items"]
    (current,) = [each["session_id"] for each in shown if each["is_current"]]
    return str(current)


def is_over(api: ApiWorld, token: str) -> bool:
    answer = me(api, token)
    assert answer.status == 200 or answer.code == "SESSION_ENDED"
    return answer.status != 200


def last(api: ApiWorld) -> AuditEntry:
    return api.audit.entries[-1]


def operates(api: ApiWorld, token: str) -> bool:
    query = {"switch": "kill_global"}
    answer = api.request("GET", "/v1/ops/switches", None, token, query)
    assert answer.status == 200 or answer.code == "SESSION_ENDED"
    return answer.status == 200


def test_one_session_ends_and_its_users_others_do_not(
    api: ApiWorld, token: str, operator: str
) -> None:
    lost, of_whom = api.token(), user_id(api, token)
    session_id = current_session(api, lost)

    answer = end(api, operator, f"/v1/ops/sessions/{session_id}/end")

    assert answer.body == {"ended": True}
    assert (is_over(api, lost), is_over(api, token)) == (True, False)
    assert (last(api).event, last(api).subject) == ("SESSION_ENDED", of_whom)
    assert last(api).facts == {**TOLD, "session_id": session_id}


def test_a_users_sessions_end_and_nobody_elses(api: ApiWorld, token: str, operator: str) -> None:
    second, of_bob, of_whom = api.token(), api.token(BOB), user_id(api, token)
    api.world.clock.advance(1)

    assert end(api, operator, f"/v1/ops/users/{of_whom}/sessions/end").status == 200

    assert [is_over(api, each) for each in (token, second, of_bob)] == [True, True, False]
    assert (last(api).event, last(api).subject) == ("SESSIONS_ENDED", of_whom)
    assert last(api).facts == TOLD


def test_everybodys_sessions_end_the_operators_too(
    api: ApiWorld, token: str, operator: str
) -> None:
    of_bob = api.token(BOB)

    assert end(api, operator, EVERYBODYS).status == 200

    assert all(is_over(api, each) for each in (token, of_bob))
    assert not operates(api, operator)
    assert [(each.event, each.subject, each.facts) for each in api.audit.entries[-2:]] == [
        ("ALL_SESSIONS_ENDED", "everybody", TOLD),
        ("ALL_SESSIONS_ENDED", "operators", TOLD),
    ]
    api.world.clock.advance(1)
    assert not is_over(api, api.token())
    assert operates(api, api.operator_token())


def test_operators_sessions_end_although_users_cannot_be_reached(
    api: ApiWorld, operator: str
) -> None:
    seldom = api.operating.seldom
    users = replace(seldom.every_session.users, store=Away())
    both = replace(seldom.every_session, users=users)
    api.operating.seldom = replace(seldom, every_session=both)

    assert end(api, operator, EVERYBODYS).status == 503
    assert not operates(api, operator)


def test_an_operators_sessions_end_and_no_others(api: ApiWorld, operator: str) -> None:
    second, as_user = api.operator_token(), api.token(OPERATOR)
    path = f"/v1/ops/operators/{OPERATOR.address}/sessions/end"

    assert end(api, operator, path).status == 200

    assert not operates(api, operator)
    assert not operates(api, second)
    assert not is_over(api, as_user)
    assert (last(api).event, last(api).subject) == ("SESSIONS_ENDED", OPERATOR.address.lower())
    assert last(api).facts == TOLD


def test_one_session_of_an_operator_ends_and_not_the_others(api: ApiWorld, operator: str) -> None:
    lost = api.sign_in(OPERATOR, OPERATORS_DOOR)
    session_id = lost["refresh_token"].split(".")[0]

    assert end(api, operator, f"/v1/ops/sessions/{session_id}/end").status == 200

    assert not operates(api, lost["access_token"])
    assert operates(api, operator)


def test_a_users_session_of_the_same_name_keeps_no_operators_alive(
    api: ApiWorld, token: str, operator: str
) -> None:
    assert not is_over(api, token)
    lost = api.sign_in(OPERATOR, OPERATORS_DOOR)
    session_id = lost["refresh_token"].split(".")[0]
    (of_user,) = api.identity.sessions_by_id.values()
    api.identity.sessions_by_id[session_id] = replace(of_user, session_id=session_id)

    end(api, operator, f"/v1/ops/sessions/{session_id}/end")

    assert not operates(api, lost["access_token"])


def test_what_has_ended_is_no_longer_shown_to_operators(
    api: ApiWorld, token: str, operator: str
) -> None:
    query = {"user_id": user_id(api, token)}
    end(api, operator, f"/v1/ops/users/{query['user_id']}/sessions/end")

    assert api.request("GET", "/v1/ops/users", None, operator, query).body["sessions"] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/ops/sessions/nothing/end", "SESSION_NOT_FOUND"),
        ("/v1/ops/users/nobody/sessions/end", "USER_NOT_FOUND"),
        (f"/v1/ops/operators/{BOB.address}/sessions/end", "USER_NOT_FOUND"),
        ("/v1/ops/sessions/end", "NOT_FOUND"),
        ("/v1/ops/sessions//end", "NOT_FOUND"),
    ],
)
def test_an_ending_that_aims_at_nobody_ends_nothing(
    api: ApiWorld, token: str, operator: str, path: str, code: str
) -> None:
    before = api.stored()

    answer = end(api, operator, path)

    assert (answer.status, answer.code) == (404, code)
    assert api.stored() == before


def test_everybodys_sessions_do_not_end_without_a_reason(
    api: ApiWorld, token: str, operator: str
) -> None:
    assert end(api, operator, EVERYBODYS, {}).code == "INVALID_INPUT"
    assert not is_over(api, token)

"""What the role of the operators' API is for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from cli.client import ApiError
from tests.permissions.cast import (
    OPERATOR,
    Follower,
    new_address,
    new_follower,
    new_operator,
    new_user,
)
from tests.permissions.logs import leaves_a_log

if TYPE_CHECKING:
    from cli.client import ApiClient
    from tests.permissions.stage import Stage

FUNCTION = "OperatorApiFunction"
WHY = {"reason": "a permission check"}


def a_leader_is_blacklisted_and_let_go(stage: Stage) -> None:
    operator, leader = new_operator(stage), new_address()
    query = urlencode({"switch": "blacklisted", "subject": leader})
    turned = _turn(operator, "blacklisted", leader, on=True)
    assert operator.call("GET", f"/v1/ops/switches?{query}") == turned
    _let_go(stage, operator, "blacklisted", leader)
    assert operator.call("GET", f"/v1/ops/switches?{query}")["on"] is False


def a_user_is_killed_and_let_go(stage: Stage) -> None:
    operator, user = new_operator(stage), new_user(stage)
    user.sign_in()
    user_id = user.client.me()["user"]["user_id"]
    assert _turn(operator, "kill_user", user_id, on=True)["on"] is True
    _let_go(stage, operator, "kill_user", user_id)


def a_user_is_flagged_and_reads_why(stage: Stage) -> None:
    operator, user = new_operator(stage), new_user(stage)
    user.sign_in()
    user_id = user.client.me()["user"]["user_id"]
    assert _turn(operator, "flagged", user_id, on=True)["on"] is True
    assert user.client.me()["user"]["flag_reason"] == WHY["reason"]
    _let_go(stage, operator, "flagged", user_id)
    assert user.client.me()["user"]["is_flagged"] is False


def sessions_are_shown_and_ended(stage: Stage) -> None:
    operator, user = new_operator(stage), new_user(stage)
    user.sign_in()
    user_id = user.client.me()["user"]["user_id"]
    (session,) = operator.call("GET", f"/v1/ops/users?{urlencode({'user_id': user_id})}")[
        "sessions"
    ]
    operator.call("POST", f"/v1/ops/sessions/{session['session_id']}/end", WHY)
    _is_over(user.client)

    user.sign_in()
    operator.call("POST", f"/v1/ops/users/{user_id}/sessions/end", WHY)
    _is_over(user.client)


def operators_come_and_go(stage: Stage) -> None:
    first, second = new_operator(stage), new_operator(stage)
    first.refresh()
    first.sign_out()
    _refused(first)
    path = f"/v1/ops/operators/{OPERATOR.address}/sessions/end"
    second.call("POST", path, WHY)
    with pytest.raises(ApiError, match="session has ended"):
        second.call("POST", path, WHY)


def a_follow_is_paused_closed_and_released(stage: Stage) -> None:
    operator, follower = new_operator(stage), new_follower(stage, on_stop="close_now")
    follower.copy("0", "1", 1)

    paused = operator.call("POST", f"/v1/ops/follows/{follower.follow_id}/pause", WHY)

    assert paused["pause_reason"] == "operator"
    stage.wait("the position is closed", lambda: not follower.held)
    released = operator.call("POST", f"/v1/ops/follows/{follower.follow_id}/release", WHY)
    assert released["pause_reason"] == "user"


def an_agent_is_revoked(stage: Stage) -> None:
    operator, follower = new_operator(stage), new_follower(stage)
    (agent,) = _dossier(operator, follower)["agents"]
    path = f"/v1/ops/users/{agent['user_id']}/agents/{agent['agent_id']}/revoke"

    assert operator.call("POST", path, WHY)["status"] == "REVOKED"

    (follow,) = _dossier(operator, follower)["follows"]
    assert follow["pause_reason"] == "agent_revoked"


def its_calls_are_counted(stage: Stage) -> None:
    # A worker that was refused the counts asks for them again after five seconds.
    stage.wait("a call is not counted alone", lambda: "counted alone" not in _log_of_a_call(stage))


def its_log_is_written(stage: Stage) -> None:
    client = stage.system.client()
    leaves_a_log(stage, FUNCTION, lambda: _refused(client))


def _log_of_a_call(stage: Stage) -> str:
    name, since_ms = stage.system.stack.stack.functions[FUNCTION], stage.now_ms()
    found = stage.client("lambda").get_function_configuration(FunctionName=name)
    ask = partial(stage.client("logs").filter_log_events, startTime=since_ms)
    group = found["LoggingConfig"]["LogGroup"]

    _refused(stage.system.client())

    def said() -> str:
        return "".join(event["message"] for event in ask(logGroupName=group)["events"])

    stage.wait("the refusal is logged", lambda: "request refused" in said())
    return said()


def _turn(operator: ApiClient, switch: str, subject: str, *, on: bool) -> Any:
    return operator.call(
        "POST", "/v1/ops/switches", {"switch": switch, "subject": subject, "on": on, **WHY}
    )


def _let_go(stage: Stage, operator: ApiClient, switch: str, subject: str) -> None:
    """Turn a switch off, as soon as that is sure to be decided after it was turned on."""

    def is_off() -> bool:
        try:
            return not _turn(operator, switch, subject, on=False)["on"]
        except ApiError as error:
            if error.code != "NEWER_DECISION":
                raise
            return False

    stage.wait(f"{switch} is off", is_off)


def _dossier(operator: ApiClient, follower: Follower) -> Any:
    query = urlencode({"address": follower.user.key.address})
    return operator.call("GET", f"/v1/ops/users?{query}")


def _is_over(client: ApiClient) -> None:
    with pytest.raises(ApiError) as raised:
        client.call("POST", "/v1/copy/disable")
    assert raised.value.code == "SESSION_ENDED"


def _refused(client: ApiClient) -> None:
    with pytest.raises(ApiError, match="Authorization"):
        client.call("GET", "/v1/ops/users")


CHECKS = (
    its_log_is_written,
    its_calls_are_counted,
    a_leader_is_blacklisted_and_let_go,
    a_user_is_killed_and_let_go,
    a_user_is_flagged_and_reads_why,
    sessions_are_shown_and_ended,
    operators_come_and_go,
    a_follow_is_paused_closed_and_released,
    an_agent_is_revoked,
)

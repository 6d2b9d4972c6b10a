"""One door per class of caller: an alias of the function opens one of them and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from custody.agents import Policy
from custody.enrolment import Enrolment, NewAgent, PolicyOrder, SwitchOrder
from custody.requests import read, read_intents
from understudy.adapters.correlation import correlated
from understudy.domain.codec import to_plain
from understudy.domain.errors import (
    ConfigurationError,
    DependencyError,
    InvalidInputError,
    NotAllowedError,
    UnderstudyError,
)

if TYPE_CHECKING:
    from custody.signer import IntentSigner

Event = Mapping[str, Any]
Answer = dict[str, Any]
Door = Callable[[Event], Answer]

SIGN_ALIAS = "sign"
ENROLL_ALIAS = "enroll"
KEYS_ALIAS = "keys"
OPERATE_ALIAS = "operate"
UPKEEP_ALIAS = "upkeep"
ERASE_ALIAS = "erase"
CORRELATION = "correlation_id"
STANDING = "standing"
_ABOUT_THE_CALL = frozenset({"operation", CORRELATION})
# Only a user's own request lets a key sign, and only an operator's turns a kill switch.
OPENED_BY: Mapping[str, tuple[str, ...]] = {
    ENROLL_ALIAS: ("create_agent", "activate", "revoke", "policy", "set_policy", STANDING),
    OPERATE_ALIAS: ("revoke", "set_switch"),
    UPKEEP_ALIAS: ("create_agent", "revoke"),
    ERASE_ALIAS: ("revoke",),
}


def door_for(function_arn: str, doors: Mapping[str, Door]) -> Door:
    """Give the door of the alias in a function's ARN; raises NotAllowedError without one."""
    door = doors.get(function_arn.rpartition(":")[2])
    if door is None:
        raise NotAllowedError(f"call the signer by one of its aliases: {', '.join(doors)}")
    return door


def signing_door(signer: IntentSigner) -> Door:
    """Open signing alone: `{intents}` to `{results}`, in order."""

    def sign(event: Event) -> Answer:
        return {"results": [to_plain(result) for result in signer.sign(read_intents(event))]}

    return sign


def enrolment_door(
    enrolment: Enrolment,
    alias: str = ENROLL_ALIAS,
    standing: Callable[[], Mapping[str, bool]] = dict,
) -> Door:
    """Open an alias's operations: `{operation, …}` to what came, or to `{error: {code, message}}`.

    `correlation_id` names the request for the audit; `standing` says of each part of custody
    whether it answers. Raises DependencyError, after which the same request may be sent again,
    and ConfigurationError: no caller can help that.
    """
    every: dict[str, Door] = {
        name: partial(operation, enrolment) for name, operation in _OPERATIONS.items()
    }
    every[STANDING] = lambda _: {STANDING: dict(standing())}
    opened = {name: every[name] for name in OPENED_BY[alias]}

    def enroll(event: Event) -> Answer:
        operation = opened.get(str(event.get("operation")))
        wanted = {name: value for name, value in event.items() if name not in _ABOUT_THE_CALL}
        try:
            if operation is None:
                raise NotAllowedError(f"operation must be one of {', '.join(opened)}")
            with correlated(str(event.get(CORRELATION, ""))):
                return operation(wanted)
        except (ConfigurationError, DependencyError):
            raise
        except UnderstudyError as error:
            return {"error": {"code": error.code, "message": error.message}}

    return enroll


def _create_agent(enrolment: Enrolment, wanted: Event) -> Answer:
    agent = enrolment.create_agent(read(NewAgent, wanted))
    return {
        "agent_id": agent.agent_id,
        "address": agent.address,
        "builder_address": agent.builder_address,
        "builder_fee_tenths_bps": agent.builder_fee_tenths_bps,
    }


def _activate(enrolment: Enrolment, wanted: Event) -> Answer:
    agent_id = _agent_id(wanted)
    enrolment.activate(agent_id)
    return {"agent_id": agent_id, "status": "ACTIVE"}


def _revoke(enrolment: Enrolment, wanted: Event) -> Answer:
    agent_id = _agent_id(wanted)
    enrolment.revoke(agent_id)
    return {"agent_id": agent_id, "status": "REVOKED"}


def _set_switch(enrolment: Enrolment, wanted: Event) -> Answer:
    return to_plain(enrolment.turn(read(SwitchOrder, wanted)))


def _policy(enrolment: Enrolment, wanted: Event) -> Answer:
    return {"policy": to_plain(enrolment.policy(_agent_id(wanted)))}


def _set_policy(enrolment: Enrolment, wanted: Event) -> Answer:
    policy = read(Policy, wanted.get("policy") or {})
    order = read(PolicyOrder, {name: each for name, each in wanted.items() if name != "policy"})
    return to_plain(enrolment.set_policy(order, policy))


def _agent_id(wanted: Event) -> str:
    agent_id = wanted.get("agent_id")
    if set(wanted) != {"agent_id"} or not isinstance(agent_id, str) or not agent_id:
        raise InvalidInputError("send agent_id and nothing beside it")
    return agent_id


_OPERATIONS: Mapping[str, Callable[[Enrolment, Event], Answer]] = {
    "create_agent": _create_agent,
    "activate": _activate,
    "revoke": _revoke,
    "policy": _policy,
    "set_policy": _set_policy,
    "set_switch": _set_switch,
}

"""An alias opens its own door and no other; what comes in is read strictly."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from custody.doors import (
    ENROLL_ALIAS,
    ERASE_ALIAS,
    OPENED_BY,
    OPERATE_ALIAS,
    SIGN_ALIAS,
    UPKEEP_ALIAS,
    door_for,
    enrolment_door,
    signing_door,
)
from custody.requests import read_intents
from tests.unit.custody.scene import NOW_MS, WALLET, Scene
from understudy.domain.codec import to_plain
from understudy.domain.errors import (
    DependencyError,
    InvalidInputError,
    NotAllowedError,
    SigningUnavailableError,
)

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:signer"
CREATE = {
    "operation": "create_agent",
    "user_id": "user-1",
    "wallet_id": "wallet-1",
    "wallet_address": WALLET,
    "venue": "hyperliquid",
    "agent_name": "understudy",
}
SWITCH_OFF = {"operation": "set_switch", "switch": "kill_global", "on": False}
SECRET_SHAPED = re.compile(r"[0-9a-fA-F]{64}")


def call(scene: Scene, alias: str, event: dict[str, Any]) -> dict[str, Any]:
    doors = {SIGN_ALIAS: signing_door(scene.signer)}
    doors |= {alias: enrolment_door(scene.enrolment, alias) for alias in OPENED_BY}
    arn = f"{ARN}:{alias}" if alias else ARN
    return json.loads(json.dumps(door_for(arn, doors)(json.loads(json.dumps(event)))))


def test_the_signing_alias_signs_and_refuses_in_order() -> None:
    scene = Scene()
    intents = [to_plain(scene.entry()), to_plain(scene.entry("wild", leverage=99))]

    results = call(scene, SIGN_ALIAS, {"intents": intents})["results"]

    assert [sorted(result) for result in results] == [
        ["body", "intent_id"],
        ["intent_id", "reason"],
    ]
    assert results[1]["reason"] == "LEVERAGE_NOT_ALLOWED"


def test_the_signing_alias_says_which_intent_has_no_answer() -> None:
    scene = Scene()
    other = scene.enrol("user-2")
    scene.vault.away_for.add(other.agent_id)
    intents = [scene.entry("its", agent_id=other.agent_id), scene.entry("mine")]

    results = call(scene, SIGN_ALIAS, {"intents": [to_plain(each) for each in intents]})["results"]

    assert [sorted(result) for result in results] == [["cause", "intent_id"], ["body", "intent_id"]]


def test_the_signing_alias_refuses_to_enrol() -> None:
    scene = Scene()
    before = len(scene.store.audited)

    with pytest.raises(InvalidInputError):
        call(scene, SIGN_ALIAS, CREATE)

    assert len(scene.store.audited) == before


def test_the_enrolment_alias_refuses_to_sign() -> None:
    scene = Scene()

    answer = call(scene, ENROLL_ALIAS, {"intents": [to_plain(scene.entry())]})

    assert answer["error"]["code"] == "NOT_ALLOWED"
    assert scene.vault.opened == 0


@pytest.mark.parametrize("alias", ["", "$LATEST", "7", "admin"])
def test_a_call_by_no_alias_or_another_one_opens_nothing(alias: str) -> None:
    with pytest.raises(NotAllowedError, match="by one of its aliases"):
        call(Scene(), alias, CREATE)


def test_an_agent_lives_and_dies_by_the_enrolment_alias() -> None:
    scene = Scene()

    made = call(scene, ENROLL_ALIAS, CREATE)
    named = {"agent_id": made["agent_id"]}
    activated = call(scene, ENROLL_ALIAS, {"operation": "activate", **named})
    revoked = call(scene, ENROLL_ALIAS, {"operation": "revoke", **named})

    assert sorted(made) == ["address", "agent_id", "builder_address", "builder_fee_tenths_bps"]
    assert (activated, revoked) == ({**named, "status": "ACTIVE"}, {**named, "status": "REVOKED"})


KILL = {"switch": "kill_user", "subject": "user-1", "on": True}


def test_a_kill_switch_is_turned_by_the_operators_alias() -> None:
    scene = Scene()

    assert call(scene, OPERATE_ALIAS, {"operation": "set_switch", **KILL}) == {
        **KILL,
        "at_ms": NOW_MS,
    }
    assert scene.refusal(scene.exit()) == "KILL_SWITCH"


def test_users_requests_never_turn_a_kill_switch() -> None:
    scene = Scene()
    call(scene, OPERATE_ALIAS, {"operation": "set_switch", **KILL})

    answer = call(scene, ENROLL_ALIAS, {"operation": "set_switch", **KILL, "on": False})

    assert answer["error"]["code"] == "NOT_ALLOWED"
    assert scene.refusal(scene.exit()) == "KILL_SWITCH"


def test_the_upkeep_makes_and_ends_keys_and_lets_none_sign() -> None:
    scene = Scene()

    made = call(scene, UPKEEP_ALIAS, CREATE)
    named = {"agent_id": made["agent_id"]}
    activated = call(scene, UPKEEP_ALIAS, {"operation": "activate", **named})
    switched = call(scene, UPKEEP_ALIAS, {"operation": "set_switch", **KILL})

    assert activated["error"]["code"] == switched["error"]["code"] == "NOT_ALLOWED"
    assert call(scene, UPKEEP_ALIAS, {"operation": "revoke", **named})["status"] == "REVOKED"


def test_the_erasure_ends_keys_and_makes_none() -> None:
    scene = Scene()
    named = {"agent_id": call(scene, ENROLL_ALIAS, CREATE)["agent_id"]}
    others = (CREATE, {"operation": "activate", **named}, {"operation": "set_switch", **KILL})

    for other in others:
        assert call(scene, ERASE_ALIAS, other)["error"]["code"] == "NOT_ALLOWED"
    assert call(scene, ERASE_ALIAS, {"operation": "revoke", **named})["status"] == "REVOKED"


@pytest.mark.parametrize("alias", [ENROLL_ALIAS, UPKEEP_ALIAS])
@pytest.mark.parametrize("authority", ["KMS_RESIDENT", "KMS_WRAPPED"])
def test_no_caller_chooses_what_holds_a_key(alias: str, authority: str) -> None:
    scene = Scene()
    before = len(scene.store.audited)

    answer = call(scene, alias, {**CREATE, "authority": authority})

    assert answer["error"]["code"] == "INVALID_INPUT"
    assert len(scene.store.audited) == before


@pytest.mark.parametrize("operation", ["create_agent", "activate"])
def test_operators_requests_never_let_a_key_sign(operation: str) -> None:
    scene = Scene()
    sleeping = scene.enrol("user-2", activate=False)

    answer = call(scene, OPERATE_ALIAS, {**CREATE, "operation": operation})

    assert answer["error"]["code"] == "NOT_ALLOWED"
    assert scene.store.agent(sleeping.agent_id) == sleeping


def test_a_kill_switch_is_not_turned_off_by_an_order_from_before_it() -> None:
    scene = Scene()
    order = {"operation": "set_switch", "switch": "kill_global", "subject": ""}
    call(scene, OPERATE_ALIAS, {**order, "on": True})

    answer = call(scene, OPERATE_ALIAS, {**order, "on": False, "at_ms": NOW_MS - 1})

    assert answer["error"]["code"] == "NEWER_DECISION"
    assert "a newer decision exists" in answer["error"]["message"]
    assert scene.refusal(scene.entry()) == "KILL_SWITCH"


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("NOT_ALLOWED", {}),
        ("NOT_ALLOWED", {"operation": "export_key", "agent_id": "a"}),
        ("INVALID_INPUT", {**CREATE, "policy": {}}),
        ("INVALID_INPUT", {**CREATE, "user_id": 7}),
        ("INVALID_INPUT", {"operation": "activate"}),
        ("INVALID_INPUT", {"operation": "revoke", "agent_id": ["a"]}),
        ("INVALID_INPUT", {"operation": "set_switch", "switch": "kill_all", "on": True}),
        ("INVALID_INPUT", {"operation": "set_switch", "switch": "kill_global", "on": "yes"}),
        ("INVALID_INPUT", {"operation": "set_switch", "switch": "flagged", "on": True}),
        ("INVALID_INPUT", SWITCH_OFF),
        ("INVALID_INPUT", {**SWITCH_OFF, "at_ms": "1"}),
        ("INVALID_INPUT", {**SWITCH_OFF, "at_ms": 1.5}),
        ("INVALID_INPUT", {**SWITCH_OFF, "at_ms": -1}),
        ("INVALID_INPUT", {**SWITCH_OFF, "at_ms": NOW_MS + 1_001}),
        ("NOT_FOUND", {"operation": "activate", "agent_id": "nobody"}),
    ],
)
def test_an_enrolment_that_cannot_be_meant_is_answered_with_its_code(
    code: str, event: dict[str, Any]
) -> None:
    alias = OPERATE_ALIAS if event.get("operation") == "set_switch" else ENROLL_ALIAS
    answer = call(Scene(), alias, event)

    assert answer["error"]["code"] == code


def test_a_dependency_that_is_away_is_raised_so_that_the_caller_tries_again() -> None:
    scene = Scene()
    scene.vault.is_away = True

    with pytest.raises(DependencyError):
        call(scene, ENROLL_ALIAS, CREATE)
    with pytest.raises(SigningUnavailableError):
        call(scene, SIGN_ALIAS, {"intents": [to_plain(scene.entry())]})


@pytest.mark.parametrize(
    "changes",
    [
        {"reduce_only": "false"},
        {"reduce_only": 0},
        {"asset": "0"},
        {"asset": 1.5},
        {"nonce": True},
        {"symbol": ["BTC"]},
        {"agent_id": None},
        {"kind": "withdraw"},
        {"side": "hold"},
        {"size": "a lot"},
        {"size": {}},
        {"destination": "0x0"},
    ],
)
def test_an_intent_with_a_field_of_another_type_is_not_read(changes: dict[str, Any]) -> None:
    plain = {**to_plain(Scene().entry()), **changes}

    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_intents({"intents": [plain]})


def test_an_intent_with_a_field_missing_is_not_read() -> None:
    plain = to_plain(Scene().entry())
    del plain["expires_at_ms"]

    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_intents({"intents": [plain]})


@pytest.mark.parametrize("event", [{}, {"intents": {}}, {"intents": [], "operation": "revoke"}])
def test_a_batch_of_another_shape_is_not_read(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="nothing beside it"):
        read_intents(event)


def test_an_intent_survives_the_wire() -> None:
    intent = Scene().entry()

    wire = json.loads(json.dumps({"intents": [to_plain(intent)]}))

    assert read_intents(wire) == [intent]


def test_nothing_secret_shaped_is_logged_or_printed(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    scene = Scene()
    with caplog.at_level(logging.DEBUG):
        made = call(scene, ENROLL_ALIAS, CREATE)
        call(scene, ENROLL_ALIAS, {"operation": "activate", "agent_id": made["agent_id"]})
        call(scene, SIGN_ALIAS, {"intents": [to_plain(scene.entry())]})
        call(scene, SIGN_ALIAS, {"intents": [to_plain(scene.entry(nonce=1))]})

    printed = capsys.readouterr()
    assert not SECRET_SHAPED.search(caplog.text + printed.out + printed.err)

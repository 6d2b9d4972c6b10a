"""What an intruder or an outage leaves in the logs of the signer and the doors, and its alarms."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from checks.template.document import read_document
from custody.doors import (
    ENROLL_ALIAS,
    OPENED_BY,
    SIGN_ALIAS,
    UPKEEP_ALIAS,
    enrolment_door,
    signing_door,
)
from custody.refusals import Refusal
from custody.signals import signal_of
from functions.signer import app
from tests.fakes.api import OPERATORS_DOOR, ApiWorld
from tests.fakes.identity import ALICE, OPERATOR
from tests.unit.custody.scene import Scene
from tests.unit.functions.test_alarm_lines import TEMPLATE, found_by_filters, logged
from understudy.domain.codec import to_plain
from understudy.domain.errors import ConfigurationError
from understudy.domain.intents import IntentKind
from understudy.runtime.observability import log_misconfigured
from understudy.workflows.requests.operators import Operators

if TYPE_CHECKING:
    from collections.abc import Mapping

    from understudy.domain.intents import Intent

SIGNER_LOG = "SignerLogGroup"
# What bounds, switches, lateness and an agent's end refuse to an honest worker too.
MET_BY_OUR_OWN = {
    "AGENT_NOT_ACTIVE",
    "ASSET_MISMATCH",
    "DAILY_NOTIONAL_EXCEEDED",
    "EXPIRED",
    "KEY_UNUSABLE",
    "KILL_SWITCH",
    "LEVERAGE_NOT_ALLOWED",
    "MARGIN_MODE_NOT_ALLOWED",
    "MARKET_UNKNOWN",
    "MARK_STALE",
    "ORDER_NOTIONAL_EXCEEDED",
    "PRICE_OUT_OF_BAND",
    "SYMBOL_NOT_ALLOWED",
}


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene()
    doors = {alias: enrolment_door(scene.enrolment, alias) for alias in OPENED_BY}
    doors[SIGN_ALIAS] = signing_door(scene.signer)
    monkeypatch.setattr(app, "doors", lambda _: doors)
    return scene


def ask(alias: str, event: dict[str, Any]) -> dict[str, Any]:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:signer:{alias}"
    return app.handler(event, SimpleNamespace(invoked_function_arn=arn))


def sign(*intents: Intent) -> dict[str, Any]:
    return ask(SIGN_ALIAS, {"intents": [to_plain(each) for each in intents]})


@pytest.mark.parametrize(
    "changes",
    [
        {"wallet_id": "wallet-2"},
        {"agent_id": "another"},
        {"client_order_id": "0x" + "0" * 32},
        {"kind": IntentKind.EXIT},
        {"expires_at_ms": 2**50},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_no_worker_of_ours_asks_for_is_alarmed(
    scene: Scene, capsys: pytest.CaptureFixture[str], changes: Mapping[str, Any]
) -> None:
    sign(scene.entry(), scene.entry("other", **changes))

    assert found_by_filters(SIGNER_LOG, logged(capsys)) == {"SignerMisused": 1}


def test_another_content_for_an_intent_that_was_signed_is_alarmed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    sign(scene.entry())
    sign(scene.entry(nonce=scene.entry().nonce + 1))

    assert found_by_filters(SIGNER_LOG, logged(capsys)) == {"SignerMisused": 1}


def test_an_operation_that_an_alias_does_not_open_is_alarmed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {"agent_id": scene.agent.agent_id}

    ask(UPKEEP_ALIAS, {"operation": "activate", **named})
    ask(ENROLL_ALIAS, {"operation": "activate", **named})
    ask(ENROLL_ALIAS, {"operation": "activate", "agent_id": "nobody's"})

    assert found_by_filters(SIGNER_LOG, logged(capsys)) == {"SignerMisused": 1}


def test_an_intent_past_its_agents_bounds_is_counted_and_names_the_bound(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    wild = scene.entry("wild", leverage=99)

    sign(scene.entry(), wild)

    (line,) = lines = logged(capsys)
    assert found_by_filters(SIGNER_LOG, lines) == {"IntentsRefused": 1}
    assert (line["intent_id"], line["reason"]) == (wild.intent_id, "LEVERAGE_NOT_ALLOWED")


def test_an_intent_that_nobody_can_sign_just_now_is_counted(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    other = scene.enrol("user-2")
    scene.vault.away_for.add(other.agent_id)

    sign(scene.entry("its", agent_id=other.agent_id), scene.entry("mine"))

    assert found_by_filters(SIGNER_LOG, logged(capsys)) == {"IntentsUnavailable": 1}


def test_what_is_signed_leaves_no_line(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    sign(scene.entry(), scene.exit())

    assert logged(capsys) == []


def test_a_reason_is_a_misuse_unless_our_own_workers_meet_it() -> None:
    codes = {
        reason.value: (signal_of({"intent_id": "i", "reason": reason.value}) or {})["code"]
        for reason in Refusal
    }

    assert {reason for reason, code in codes.items() if code == "INTENT_REFUSED"} == MET_BY_OUR_OWN
    assert set(codes.values()) == {"INTENT_REFUSED", "SIGNER_MISUSED"}


def refresh_again(api: ApiWorld, door: str, tokens: Mapping[str, Any]) -> None:
    """Use a refresh token, and once more when no answer can be on its way any longer."""
    body = {"refresh_token": tokens["refresh_token"]}
    api.request("POST", f"{door}/refresh", body)
    api.world.clock.advance(10_001)
    assert api.request("POST", f"{door}/refresh", body).code == "REFRESH_TOKEN_REUSED"


def test_a_users_refresh_token_that_comes_again_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    api = ApiWorld()

    refresh_again(api, "/v1/auth", api.sign_in())

    assert found_by_filters("ApiLogGroup", logged(capsys)) == {"RefreshTokensReused": 1}


def test_an_operators_refresh_token_that_comes_again_is_alarmed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    api = ApiWorld()

    refresh_again(api, OPERATORS_DOOR, api.sign_in(OPERATOR, OPERATORS_DOOR))

    found = found_by_filters("OperatorApiLogGroup", logged(capsys))
    assert found == {"OperatorTokensReused": 1}


def test_who_is_no_operator_and_tries_their_door_is_alarmed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    api = ApiWorld()

    api.request("POST", f"{OPERATORS_DOOR}/siwe/verify", api.proof(ALICE, OPERATORS_DOOR))
    token = api.operator_token()
    api.operating.operators = Operators()  # a deployment that names them no more
    api.request("GET", "/v1/ops/switches", token=token, query={"switch": "kill_global"})

    found = found_by_filters("OperatorApiLogGroup", logged(capsys))
    assert found == {"OperatorsDoorTried": 2}


def test_what_only_an_intruder_does_rings_at_the_first_time() -> None:
    alarms = read_document(TEMPLATE).of_type("AWS::CloudWatch::Alarm")
    thresholds = {
        each.properties["MetricName"]: each.properties["Threshold"]
        for each in alarms
        if each.properties["ComparisonOperator"] == "GreaterThanThreshold"
    }

    once = ("SignerMisused", "OperatorTokensReused", "OperatorsDoorTried", "Misconfigured")
    assert [thresholds[name] for name in once] == [0, 0, 0, 0]


@pytest.mark.parametrize("log", ["ApiLogGroup", "OperatorApiLogGroup", SIGNER_LOG])
def test_what_is_set_up_wrongly_is_alarmed_although_the_rest_goes_on(
    log: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log_misconfigured("anything", ConfigurationError("NAME must be set"), part="one of them")

    assert found_by_filters(log, logged(capsys)) == {"Misconfigured": 1}

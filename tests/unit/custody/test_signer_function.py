"""Every sample event goes through the handler by its alias; the handler imports nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from custody.doors import KEYS_ALIAS, OPENED_BY, SIGN_ALIAS, enrolment_door, signing_door
from custody.key_care import keys_door, rewrap
from custody.migration.door import migrate, no_chain, take_over
from custody.rewrapping import Rewrapping
from functions.signer import app
from tests.fakes.legacy import InMemoryLegacyStore
from tests.fakes.sealed_agents import InMemorySealedAgents
from tests.unit.custody.scene import Scene
from understudy.domain.errors import NotAllowedError

EVENTS = Path(__file__).resolve().parents[3] / "events" / "signer"
HEAVY = (
    "custody.aws.resident_keys",
    "custody.development",
    "custody.rewrapping",
    "web3",
    "eth_account",
    "siwe",
    "pydantic",
    "httpx",
    "aws_lambda_powertools.tracing",
)
EXPECTED: dict[str, Any] = {
    "sign_entry": [["body", "intent_id"]],
    "sign_exit": [["body", "intent_id"]],
    "sign_batch": [["body", "intent_id"], ["body", "intent_id"], ["intent_id", "reason"]],
    "enroll_create_agent": [
        "address",
        "agent_id",
        "builder_address",
        "builder_fee_tenths_bps",
    ],
    "enroll_activate": ["agent_id", "status"],
    "enroll_revoke": ["agent_id", "status"],
    "enroll_set_policy": ["policy", "to_sign", "valid_until_ms"],
    "enroll_standing": ["standing"],
    "operate_set_switch": ["at_ms", "on", "subject", "switch"],
    "keys_migrate": ["next_page", "users"],
    "keys_take_over": ["added"],
    "keys_rewrap": ["moved", "next_page", "unusable", "unusable_users"],
}


@pytest.fixture(autouse=True)
def _doors_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    rewrapping = Rewrapping(InMemorySealedAgents(scene.store), scene.vault, scene.clock)
    legacy = InMemoryLegacyStore()
    doors = {
        SIGN_ALIAS: signing_door(scene.signer),
        KEYS_ALIAS: keys_door(
            {
                "rewrap": rewrap(rewrapping),
                "take_over": take_over(legacy, scene.clock),
                "migrate": migrate(legacy, scene.clock, no_chain),
            }
        ),
    }
    doors |= {alias: enrolment_door(scene.enrolment, alias) for alias in OPENED_BY}
    monkeypatch.setattr(app, "doors", lambda _: doors)


def handle(name: str, alias: str) -> dict[str, Any]:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:signer:{alias}"
    return app.handler(event, SimpleNamespace(invoked_function_arn=arn))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_event_is_answered(name: str) -> None:
    answer = handle(name, name.partition("_")[0])

    results = answer.get("results")
    assert EXPECTED[name] == (sorted(answer) if results is None else [*map(sorted, results)])


def test_every_sample_event_is_tried() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(EXPECTED)


def test_a_call_without_an_alias_is_refused() -> None:
    with pytest.raises(NotAllowedError):
        handle("sign_entry", "$LATEST")


def test_the_signer_imports_nothing_heavy() -> None:
    probe = f"import sys, functions.signer.app; print([m for m in {HEAVY!r} if m in sys.modules])"

    ended = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )

    assert ended.stdout.strip() == "[]"

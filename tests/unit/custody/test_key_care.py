"""The door of those who look after keys: strict, in pages, and no way to sign or to enrol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from custody.agents import owner_mark
from custody.doors import Answer, Door
from custody.key_care import keys_door, rewrap
from custody.migration.door import migrate, no_chain, take_over
from custody.migration.legacy import Stage
from custody.rewrapping import Rewrapping
from tests.fakes.sealed_agents import InMemorySealedAgents
from tests.unit.custody.scene import Scene as SignerScene
from tests.unit.custody.test_migration import Scene
from understudy.domain.errors import DependencyError

EVENTS = Path(__file__).resolve().parents[3] / "events" / "signer"
USER: dict[str, Any] = json.loads((EVENTS / "keys_take_over.json").read_text())["users"][0]


def door(scene: Scene, *, reaches_a_chain: bool = True) -> Door:
    migration = (lambda: scene.migration) if reaches_a_chain else no_chain
    return keys_door(
        {
            "take_over": take_over(scene.store, scene.clock),
            "migrate": migrate(scene.store, scene.clock, migration),
        }
    )


def code_of(answer: Answer) -> str:
    return str(answer["error"]["code"])


def test_users_are_taken_over_once_and_stay_as_they_are() -> None:
    scene = Scene(0)

    first = door(scene)({"operation": "take_over", "users": [USER, {**USER, "user_id": "user-2"}]})
    again = door(scene)({"operation": "take_over", "users": [{**USER, "kind": "SAFE"}]})

    assert (first, again) == ({"added": 2}, {"added": 0})
    assert [(each.event, each.subject) for each in scene.store.audited] == [
        ("LEGACY_USER_TAKEN_OVER", f"migration-{owner_mark(name)}") for name in ("user-1", "user-2")
    ]
    assert scene.store.users["user-1"].kind == "PROXY"
    assert scene.store.users["user-1"].stage is Stage.LEGACY


@pytest.mark.parametrize(
    "changes",
    [
        {"wallet_address": "0x12"},
        {"owner_address": "0x" + "AB" * 20},
        {"user_id": ""},
        {"sealed_key": ""},
        {"kind": "MULTISIG"},
        {"stage": "COMPLETED"},
        {"user_id": 7},
    ],
)
def test_a_user_that_cannot_be_meant_is_not_taken_over(changes: dict[str, Any]) -> None:
    scene = Scene(0)

    answer = door(scene)({"operation": "take_over", "users": [USER, {**USER, **changes}]})

    assert code_of(answer) == "INVALID_INPUT"
    assert not scene.store.users


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"operation": "sign"},
        {"operation": "take_over", "users": {}},
        {"operation": "take_over", "users": [USER] * 101},
        {"operation": "migrate", "page": ""},
        {"operation": "migrate", "page": 1, "dry_run": True},
        {"operation": "migrate", "page": "", "dry_run": "yes"},
    ],
)
def test_a_request_that_cannot_be_meant_is_answered_with_its_code(event: dict[str, Any]) -> None:
    assert code_of(door(Scene())(event)) == "INVALID_INPUT"


def test_a_dry_run_looks_and_a_run_migrates() -> None:
    scene = Scene()
    looked = door(scene)({"operation": "migrate", "page": "", "dry_run": True})
    ran = door(scene)({"operation": "migrate", "page": "", "dry_run": False})

    assert {each["stage"] for each in looked["users"]} == {"LEGACY"}
    assert {each["stage"] for each in ran["users"]} == {"TRANSFERRED"}


def test_one_user_is_migrated_alone() -> None:
    scene = Scene()
    event = {"operation": "migrate", "page": "", "dry_run": False, "user_id": "user-0001"}

    (only,) = door(scene)(event)["users"]

    assert (only["user_id"], only["stage"]) == ("user-0001", "TRANSFERRED")
    assert scene.user(0).stage is Stage.LEGACY


def test_without_a_chain_nobody_is_touched() -> None:
    scene = Scene()

    nowhere = door(scene, reaches_a_chain=False)
    answer = nowhere({"operation": "migrate", "page": "", "dry_run": False})

    assert code_of(answer) == "CHAIN_NOT_CONFIGURED"
    assert not scene.store.audited


def test_rewrapping_needs_a_page_and_raises_what_may_be_asked_again() -> None:
    scene = SignerScene()
    agents = InMemorySealedAgents(scene.store)
    care = keys_door({"rewrap": rewrap(Rewrapping(agents, scene.vault, scene.clock))})

    assert code_of(care({"operation": "rewrap"})) == "INVALID_INPUT"
    scene.vault.switched().is_away = True
    with pytest.raises(DependencyError):
        care({"operation": "rewrap", "page": ""})

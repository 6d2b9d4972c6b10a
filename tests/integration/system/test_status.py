"""What the running system says of itself is true of its signer, its keys and its providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.docs_page import loaded_by
from tests.integration.system.test_key_policies import SIGNER, key_of
from tests.patience import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from cli.system import System

pytestmark = pytest.mark.integration


def test_a_disabled_key_is_seen_and_its_return_too(running: System) -> None:
    kms = running.stack.session().client("kms")
    key_id = key_of(running.stack, SIGNER, "AGENT_KEY_ID")
    eventually(lambda: status_of(running)["status"] == "OK")

    kms.disable_key(KeyId=key_id)
    try:
        eventually(lambda: agent_keys(running)["status"] == "DOWN")
        shown = status_of(running)
    finally:
        kms.enable_key(KeyId=key_id)

    effects = {each["name"]: each["effect"] for each in shown["dependencies"] if each["effect"]}
    assert effects == {
        "agent_keys": "agents whose keys KMS seals sign nothing, and none can be made"
    }
    assert shown["status"] == "DOWN"
    eventually(lambda: status_of(running)["status"] == "OK")


def test_the_providers_that_are_configured_are_named(running: System) -> None:
    assert {"custody", "agent_keys", "privy", "dynamic"} <= set(dependencies(running))


@pytest.mark.parametrize("path", ["/docs", "/docs/"])
def test_the_page_of_the_api_is_served_and_what_it_loads_too(running: System, path: str) -> None:
    page = requests.get(f"{running.api_url}{path}", timeout=PATIENCE_SECONDS)
    loaded = requests.get(loaded_by(page.text, page.url), timeout=PATIENCE_SECONDS)

    assert page.headers["Content-Type"].startswith("text/html")
    assert loaded.json()["paths"]["/docs"]


def status_of(running: System) -> dict[str, Any]:
    shown: dict[str, Any] = running.client().status()
    return shown


def dependencies(running: System) -> dict[str, Any]:
    return {each["name"]: each for each in status_of(running)["dependencies"]}


def agent_keys(running: System) -> dict[str, Any]:
    found: dict[str, Any] = dependencies(running)["agent_keys"]
    return found

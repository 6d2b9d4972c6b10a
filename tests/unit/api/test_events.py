"""The sample events of the API are answered as the API function answers them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.fakes.api import ApiWorld

ROOT = Path(__file__).resolve().parents[3]
EVENTS = ROOT / "events" / "api"
ANSWERS = {
    "create_follow": 201,
    "create_follow_older": 201,
    "dynamic_verify": 422,
    "enable_agent": 201,
    "health": 200,
    "list_copies": 404,
    "privy": 422,
    "siwe_nonce": 200,
    "siwe_verify": 401,
    "start_follow": 404,
}


def test_every_event_file_has_its_answer_here() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_event_is_answered(api: ApiWorld, token: str, name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    http = event["requestContext"]["http"]
    if "authorization" in event["headers"]:
        event["headers"]["authorization"] = f"Bearer {token}"

    answer = api.request(http["method"], event["rawPath"], **{**event, "body": event.get("body")})

    assert answer.status == ANSWERS[name], answer.body


def test_the_health_event_is_answered_by_a_function_that_was_told_nothing() -> None:
    program = (
        "import json, sys; from api import app; print(app.handler(json.load(sys.stdin), None))"
    )
    places = [ROOT / "functions", ROOT / "layers" / "understudy"]

    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        input=(EVENTS / "health.json").read_text(),
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(map(str, places))},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )

    assert "'statusCode': 200" in done.stdout, done.stderr

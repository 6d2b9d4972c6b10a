"""The token secret of the running system is rotated by the command, and nobody notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cli.app import main
from tests.permissions.cast import new_user
from tests.permissions.stage import Stage

if TYPE_CHECKING:
    from cli.system import System

pytestmark = pytest.mark.integration

ROTATE = ("ops", "token-secret", "rotate", "--reason", "a test")


def test_a_rotation_signs_nobody_out_and_a_second_one_too_soon_is_refused(
    running: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.stack.endpoint_url)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    stage = Stage(running)
    before, after = new_user(stage), new_user(stage)
    before.sign_in()

    assert main(ROTATE) == 0
    stage.restart("ApiFunction")  # a worker that has never read but the rotated secret

    before.client.me()
    before.client.refresh()
    after.sign_in()
    after.client.refresh()
    assert main(ROTATE) == 1
    assert "ROTATED_LATELY" in capsys.readouterr().err

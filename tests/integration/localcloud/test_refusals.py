"""What cannot work is refused with a code and a remedy, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import socket
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.emulator import Emulator
from localcloud.errors import Code, LocalCloudError
from localcloud.stack import bring_up
from localcloud.state_folder import StateFolder
from tests.begun import begun_processes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Any:
    before = begun_processes()
    yield
    assert begun_processes() == before


def test_a_port_in_use_is_refused(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalCloudError) as refused:
            Emulator.start(StateFolder(tmp_path), port=port)

    assert refused.value.code is Code.PORT_IN_USE
    assert refused.value.message.startswith(f"port {port} for the emulator cannot be opened")
    assert not (tmp_path / "ports.json").exists()


def test_a_folder_in_use_is_refused_and_names_its_holder(tmp_path: Path) -> None:
    with Emulator.start(StateFolder(tmp_path)):
        with pytest.raises(LocalCloudError) as refused:
            Emulator.start(StateFolder(tmp_path))

        assert refused.value.code is Code.STATE_IN_USE
        assert refused.value.message.endswith(f"in use by process {os.getpid()}")


def test_another_port_than_the_folders_is_refused(tmp_path: Path) -> None:
    with Emulator.start(StateFolder(tmp_path)) as first:
        pass

    with pytest.raises(LocalCloudError) as refused:
        Emulator.start(StateFolder(tmp_path), port=first.port + 1)

    assert refused.value.code is Code.STATE_STALE


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")

    with pytest.raises(LocalCloudError) as refused:
        Emulator.start(StateFolder(tmp_path / "file" / "state"))

    assert refused.value.code is Code.STATE_UNWRITABLE


def test_a_killed_emulator_is_noticed_at_the_next_look_and_at_the_stop(tmp_path: Path) -> None:
    emulator = Emulator.start(StateFolder(tmp_path))
    os.kill(emulator.process_id, signal.SIGKILL)

    for ask in (lambda: emulator.control("alive"), emulator.stop):
        with pytest.raises(LocalCloudError) as refused:
            ask()
        assert refused.value.code is Code.EMULATOR_DIED


def test_a_state_that_cannot_be_saved_is_reported_at_the_stop(tmp_path: Path) -> None:
    emulator = Emulator.start(StateFolder(tmp_path))
    services = tmp_path / "cloud" / "state"
    services.rmdir()
    services.write_text("in the way", encoding="utf-8")

    with pytest.raises(LocalCloudError) as refused:
        emulator.stop()

    assert refused.value.code is Code.STATE_NOT_SAVED


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Resources: [", "cannot be read"),
        ("Description: nothing", "no Resources"),
        (
            "Resources: {F: {Type: AWS::Serverless::Function, Properties: {CodeUri: nowhere}}}",
            "which is no folder",
        ),
        (
            (
                "{Transform: AWS::Serverless-2016-10-31, Resources: "
                "{A: {Type: AWS::Serverless::Function, Properties: {CodeUri: .}}}}"
            ),
            "[A]",
        ),
    ],
)
def test_a_template_that_is_not_valid_is_refused(tmp_path: Path, text: str, says: str) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(text, encoding="utf-8")

    with pytest.raises(LocalCloudError, match=says) as refused, _up(template, tmp_path / "state"):
        pass

    assert refused.value.code is Code.TEMPLATE_INVALID


def test_an_update_that_fails_leaves_the_version_before_with_all_that_is_kept(
    tmp_path: Path,
) -> None:
    template, before = tmp_path / "template.yaml", "Resources: {Kept: {Type: AWS::SQS::Queue}}\n"
    template.write_text(before, encoding="utf-8")
    with _up(template, tmp_path / "state") as running:
        queue = running.stack.queue_urls["Kept"]
        running.session().client("sqs").send_message(QueueUrl=queue, MessageBody="kept")
    template.write_text(
        "Resources:\n"
        "  Kept: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 7}}\n"
        "  Bad: {Type: AWS::SQS::Queue, Properties: {QueueName: bad, FifoQueue: true}}\n",
        encoding="utf-8",
    )
    with pytest.raises(LocalCloudError, match="Bad") as refused, _up(template, tmp_path / "state"):
        pass

    assert "go on with the version that ran here before: what is kept stays" in refused.value.remedy
    template.write_text(before, encoding="utf-8")
    with _up(template, tmp_path / "state") as running:
        assert running.stack.queue_urls == {"Kept": queue}
        found = running.session().client("sqs").receive_message(QueueUrl=queue)
    assert [each["Body"] for each in found["Messages"]] == ["kept"]


def test_a_deployment_that_fails_says_which_resource_and_can_be_corrected(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n"
        "  Bad:\n"
        "    Type: AWS::SQS::Queue\n"
        "    Properties: {QueueName: bad, FifoQueue: true}\n",
        encoding="utf-8",
    )

    with pytest.raises(LocalCloudError, match="Bad") as refused, _up(template, tmp_path / "state"):
        pass

    assert refused.value.code is Code.DEPLOY_FAILED
    template.write_text(
        "Resources: {Bad: {Type: AWS::SQS::Queue, Properties: {QueueName: good}}}", encoding="utf-8"
    )
    with _up(template, tmp_path / "state") as corrected:
        assert list(corrected.stack.queue_urls) == ["Bad"]


def _up(template: Path, state: Path) -> Any:
    return bring_up(template, folder=StateFolder(state), parameters={}, progress=lambda _: None)

"""However a run ends, no process is left; a clean end keeps the state for the next run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.emulator import Emulator
from localcloud.processes import process_tree
from localcloud.stack import bring_up
from localcloud.state_folder import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.integration

PROGRAM = """
import json, signal, sys
from pathlib import Path
from localcloud.stack import bring_up
from localcloud.state_folder import StateFolder

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, if the tests run behind an &
try:
    with bring_up(Path(sys.argv[1]), folder=StateFolder(Path(sys.argv[2])), parameters={},
                  progress=lambda _: None) as up:
        tick = up.stack.functions["TickFunction"]
        up.session().client("lambda").invoke(
            FunctionName=tick, InvocationType="Event", Payload=json.dumps({"sleeps": 60}))
        print(json.dumps({"emulator": up.emulator.process_id, "port": up.emulator.port}),
              flush=True)
        while sys.stdin.readline():
            pass
except KeyboardInterrupt:
    pass
"""


class Run:
    """A user's process that has brought the stack up, with a function that will not end."""

    def __init__(self, template: Path, folder: Path, eventually: Callable[..., Any]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(template), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        assert self.process.stdout is not None
        facts = json.loads(self.process.stdout.readline())
        self.port = facts["port"]
        self.emulator = facts["emulator"]
        eventually(lambda: len(process_tree(self.process.pid)) >= 3)
        self.tree = process_tree(self.process.pid)

    def is_gone(self) -> bool:
        self.process.poll()
        return not any(Path(f"/proc/{one}").exists() for one in self.tree)


def end_program(run: Run) -> None:
    run.process.communicate()


def interrupt_program(run: Run) -> None:
    run.process.send_signal(signal.SIGINT)


def terminate_program(run: Run) -> None:
    run.process.terminate()


def kill_program(run: Run) -> None:
    run.process.kill()


def kill_emulator(run: Run) -> None:
    os.kill(run.emulator, signal.SIGKILL)
    run.process.communicate()


@pytest.mark.parametrize(
    "end", [end_program, interrupt_program, terminate_program, kill_program, kill_emulator]
)
def test_no_process_is_left_and_the_folder_is_free_again(
    template: Path, tmp_path: Path, eventually: Callable[..., Any], end: Callable[[Run], None]
) -> None:
    run = Run(template, tmp_path, eventually)

    end(run)
    eventually(run.is_gone)

    with Emulator.start(StateFolder(tmp_path)) as again:
        assert again.port == run.port
        assert again.after_a_kill is (end is kill_emulator)


def test_state_survives_a_restart_and_a_changed_parameter_touches_only_what_it_must(
    template: Path, tmp_path: Path
) -> None:
    item = {"pk": {"S": "kept"}, "sk": {"S": "1"}}
    with bring_up(
        template, folder=StateFolder(tmp_path), parameters={}, progress=lambda _: None
    ) as first:
        session = first.session()
        session.client("dynamodb").put_item(TableName=first.outputs["Table"], Item=item)
        letters = first.stack.queue_urls["RelayDeadLetterQueue"]
        session.client("sqs").send_message(
            QueueUrl=letters, MessageBody="kept", MessageGroupId="g", MessageDeduplicationId="1"
        )

    said: list[str] = []
    with bring_up(
        template, folder=StateFolder(tmp_path), parameters={}, progress=said.append
    ) as second:
        [message] = second.session().client("sqs").receive_message(QueueUrl=letters)["Messages"]
        assert message["Body"] == "kept"
        assert second.stack == first.stack
    assert not [line for line in said if line.startswith("deploying")]

    changed = {"Greeting": "hi"}
    with bring_up(
        template, folder=StateFolder(tmp_path), parameters=changed, progress=lambda _: None
    ) as third:
        session = third.session()
        found = session.client("dynamodb").get_item(TableName=third.outputs["Table"], Key=item)
        settings = session.client("lambda").get_function_configuration(
            FunctionName=third.stack.functions["ApiFunction"]
        )
        assert found["Item"] == item
        assert settings["Environment"]["Variables"]["GREETING"] == "hi"
        assert third.stack == first.stack
